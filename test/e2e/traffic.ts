import type { BackgroundProcess } from "../../lab/host/background.ts";
import type { Host } from "../../lab/host/host.ts";
import { inspect } from "./docker-network.ts";

/** Pings from a container's network to an address, five a second, until disposed. It needs no engine to go on. */
export class Traffic implements AsyncDisposable {
  readonly #process: BackgroundProcess;

  private constructor(process: BackgroundProcess) {
    this.#process = process;
  }

  static async start(host: Host, container: string, address: string): Promise<Traffic> {
    const pid = await inspect(host, container, "{{.State.Pid}}");
    return new Traffic(
      host.spawn(["nsenter", "--target", pid, "--net", "busybox", "ping", "-i", "0.2", address]),
    );
  }

  /** How many answers came so far. */
  get answers(): number {
    return this.#numbers().length;
  }

  /** The numbers of the pings that had no answer, of those before the last answer. */
  get lost(): readonly number[] {
    const answered = new Set(this.#numbers());
    const sent = Math.max(-1, ...answered) + 1;
    return Array.from({ length: sent }, (_, number) => number).filter((number) => !answered.has(number));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }

  #numbers(): readonly number[] {
    return [...this.#process.log.matchAll(/ seq=(\d+) /g)].map(([, number]) => Number(number));
  }
}
