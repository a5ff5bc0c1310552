import { spawn } from "node:child_process";
import { once } from "node:events";
import { command } from "../../../src/host/program.ts";
import { root, TestCenter } from "../../center.ts";
import { Bindings } from "../bindings.ts";

/** A center with OVN's northd, which makes tables of Northbound; without hosts, whose word about their ports a test gives. */
export class CenterWithNorthd implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly center: TestCenter;
  readonly #bindings: Bindings;

  private constructor(stack: AsyncDisposableStack, center: TestCenter, bindings: Bindings) {
    this.#stack = stack;
    this.center = center;
    this.#bindings = bindings;
  }

  static async start(): Promise<CenterWithNorthd> {
    await using stack = new AsyncDisposableStack();
    const center = stack.use(await TestCenter.start());
    const { remote } = center.server;
    const words = [
      `--ovnnb-db=${remote}`,
      `--ovnsb-db=${remote}`,
      `--unixctl=${center.server.path("northd")}`,
    ];
    const northd = spawn("ovn-northd", words, { stdio: "ignore" });
    stack.defer(async () => {
      northd.kill();
      if (northd.exitCode === null && northd.signalCode === null) await once(northd, "exit");
    });
    const bindings = stack.use(await Bindings.of(center));
    return new CenterWithNorthd(stack.move(), center, bindings);
  }

  /** Waits until OVN's tables say what the intent says. */
  async settled(): Promise<void> {
    await this.center.settled();
    await command("ovn-nbctl", [`--db=${this.center.server.remote}`, "--wait=sb", "--timeout=60", "sync"]);
  }

  /** The word of a host that it has these ports in place. */
  async installed(...ports: readonly string[]): Promise<void> {
    await this.settled();
    for (const port of ports) await this.#bindings.set(port, { up: true });
    await this.center.client.request("echo", []);
  }

  /** What `GET /v1/trace` answers. */
  trace(
    from: string,
    to: string,
    more: Partial<{ protocol: "tcp" | "udp" | "icmp"; port: number; family: 4 | 6 }> = {},
  ) {
    return this.center.service.traces.trace({ from, to, protocol: "icmp", ...more }, root);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
