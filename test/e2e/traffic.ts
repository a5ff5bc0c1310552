import type { BackgroundProcess } from "../../lab/host/background.ts";
import type { Host } from "../../lab/host/host.ts";
import { until } from "../../lab/until.ts";
import { intoNetwork } from "./docker-network.ts";

/** Pings from a container's network to an address, ten a second, until disposed. It needs no engine to go on. */
export class Traffic implements AsyncDisposable {
  readonly #process: BackgroundProcess;

  /** @param process busybox's ping, wherever it runs. */
  constructor(process: BackgroundProcess) {
    this.#process = process;
  }

  static async start(host: Host, container: string, address: string): Promise<Traffic> {
    const words = [...(await intoNetwork(host, container)), "busybox", "ping", "-i", "0.1", address];
    return new Traffic(host.spawn(words));
  }

  /** How many answers came so far. */
  get answers(): number {
    return this.#numbers().length;
  }

  /** How many pings went out until the last answer. */
  get sent(): number {
    return Math.max(-1, ...this.#numbers()) + 1;
  }

  /** How many of those were not answered. */
  get lost(): number {
    return this.sent - new Set(this.#numbers()).size;
  }

  /**
   * What interrupted it until now: three pings in a row without an answer, or more than one in twenty. A single packet may be lost whenever
   * a port comes or goes on the bridge: OVN's changes of flows do so on Open vSwitch's userspace datapath, also where nothing of Fairway runs
   * (docs/reliability.md, "Single packets"). Two ports that go within two tenths of a second may cost two in a row.
   * @throws LabError `timeout` where no answer comes any more.
   */
  async interruptions(): Promise<readonly string[]> {
    const { answers } = this;
    await until("the traffic to go on", () => this.answers > answers + 1);
    return interruptionsOf(this.#numbers());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }

  #numbers(): readonly number[] {
    return [...this.#process.log.matchAll(/ seq=(\d+) /g)].map(([, number]) => Number(number));
  }
}

/** @param answers the numbers of the pings that were answered, from 0 on. */
export function interruptionsOf(answers: readonly number[]): readonly string[] {
  const answered = new Set(answers);
  const sent = Math.max(-1, ...answered) + 1;
  const lost = Array.from({ length: sent }, (_, number) => number).filter((number) => !answered.has(number));
  const inARow = lost
    .filter((number) => lost.includes(number + 1) && lost.includes(number + 2))
    .map((number) => `pings ${number} to ${number + 2}`);
  return lost.length > 1 && lost.length * 20 > sent ? [...inARow, `${lost.length} of ${sent} pings`] : inARow;
}
