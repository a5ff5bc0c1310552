import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { answerBy } from "../../../src/api/vlcp/calls.ts";
import { serveVlcp, type VlcpApi } from "../../../src/api/vlcp/server.ts";
import { silent } from "../../bad-input/api-under-test.ts";
import { intentRows } from "../../bad-input/intent-rows.ts";
import { TestCenter } from "../../center.ts";

export interface VlcpAnswer {
  readonly status: number;
  /** What stands under `result`; undefined where the call failed. */
  readonly result: unknown;
  /** What stands under `error`; empty where the call was answered. */
  readonly error: string;
}

interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** VLCP's calls on a port of their own, over a center on a real ovsdb-server. */
export class VlcpUnderTest implements AsyncDisposable {
  readonly center: TestCenter;
  readonly target: string;
  readonly #stack: AsyncDisposableStack;

  private constructor(center: TestCenter, { target }: VlcpApi, stack: AsyncDisposableStack) {
    this.center = center;
    this.target = target;
    this.#stack = stack;
  }

  static async start(): Promise<VlcpUnderTest> {
    await using stack = new AsyncDisposableStack();
    const center = stack.use(await TestCenter.start());
    const api = stack.use(await serveVlcp({ answer: answerBy(center.service), logger: silent, port: 0 }));
    return new VlcpUnderTest(center, api, stack.move());
  }

  /** Everything that the intent holds. */
  rows(): string {
    return intentRows(this.center.store);
  }

  /** A call with JSON, e.g. `viperflow/createsubnet`. */
  call(name: string, parameters: object): Promise<VlcpAnswer> {
    const headers = { "content-type": "application/json" };
    return this.send({ method: "POST", path: `/${name}`, headers, body: JSON.stringify(parameters) });
  }

  /** The result of a call that is answered. Throws what it answers where it fails. */
  async result<Result = Record<string, unknown>[]>(name: string, parameters: object = {}): Promise<Result> {
    const { status, result, error } = await this.call(name, parameters);
    if (status !== 200) throw new Error(`${name}: ${status} ${error}`);
    return result as Result;
  }

  /** A request as any other program would send it. */
  async send({ method = "GET", path, headers = {}, body }: RawRequest): Promise<VlcpAnswer> {
    const { hostname, port } = new URL(this.target);
    const sent = request({ hostname, port, method, path, headers });
    sent.end(body);
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    const { result, error = "" } = JSON.parse(await text(answer));
    return { status: answer.statusCode ?? 0, result, error };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** Of an object, those attributes. */
export function pick(object: unknown, ...names: readonly string[]): Record<string, unknown> {
  const entries = Object.entries(object ?? {}).filter(([name]) => names.includes(name));
  return Object.fromEntries(entries);
}

/** A physical network of VLANs. */
export const vlan = { id: "vlan", type: "vlan", vlanrange: [[1000, 1100]] };

/** The API over a center with that physical network, and the logical network `network_a` on it. */
export async function withNetwork() {
  const vlcp = await VlcpUnderTest.start();
  await vlcp.result("viperflow/createphysicalnetwork", vlan);
  await vlcp.result("viperflow/createlogicalnetwork", {
    physicalnetwork: "vlan",
    id: "network_a",
    mtu: 1400,
  });
  return vlcp;
}
