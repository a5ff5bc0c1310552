import { root, TestCenter } from "../../center.ts";
import { Bindings } from "../bindings.ts";
import { Northd } from "../northd.ts";

/** A center with OVN's northd, which makes tables of Northbound; without hosts, whose word about their ports a test gives. */
export class CenterWithNorthd implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly center: TestCenter;
  readonly #northd: Northd;
  readonly #bindings: Bindings;

  private constructor(stack: AsyncDisposableStack, center: TestCenter, northd: Northd, bindings: Bindings) {
    this.#stack = stack;
    this.center = center;
    this.#northd = northd;
    this.#bindings = bindings;
  }

  static async start(): Promise<CenterWithNorthd> {
    await using stack = new AsyncDisposableStack();
    const center = stack.use(await TestCenter.start());
    const northd = stack.use(new Northd(center.server));
    const bindings = stack.use(await Bindings.of(center));
    return new CenterWithNorthd(stack.move(), center, northd, bindings);
  }

  /** Waits until OVN's tables say what the intent says. */
  async settled(): Promise<void> {
    await this.center.settled();
    await this.#northd.synced();
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
