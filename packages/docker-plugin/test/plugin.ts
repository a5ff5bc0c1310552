/** A plugin in a directory of its own, with drivers that remember what they were asked. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type CallContext,
  type CallRecord,
  type IpamDriver,
  type NetworkDriver,
  type PluginServer,
  type ServePluginOptions,
  servePlugin,
} from "../src/index.ts";
import { DockerClient } from "./client.ts";

export interface HandlerCall {
  readonly name: string;
  readonly request: unknown;
  readonly context: CallContext;
}

/** Every handler there is; answers by name, else nothing. A function among the answers is called. */
export class ScriptedDrivers {
  readonly calls: HandlerCall[] = [];
  readonly answers = new Map<string, unknown>();
  readonly network: NetworkDriver;
  readonly ipam: IpamDriver;

  constructor() {
    const handler = (name: string) => async (request: unknown, context: CallContext) => {
      this.calls.push({ name, request, context });
      const answer = this.answers.get(name);
      return typeof answer === "function" ? answer(request, context) : answer;
    };
    this.network = {
      createNetwork: handler("createNetwork"),
      deleteNetwork: handler("deleteNetwork"),
      createEndpoint: handler("createEndpoint"),
      endpointOperInfo: handler("endpointOperInfo"),
      deleteEndpoint: handler("deleteEndpoint"),
      join: handler("join"),
      leave: handler("leave"),
      programExternalConnectivity: handler("programExternalConnectivity"),
      revokeExternalConnectivity: handler("revokeExternalConnectivity"),
      discoverNew: handler("discoverNew"),
      discoverDelete: handler("discoverDelete"),
      allocateNetwork: handler("allocateNetwork"),
      freeNetwork: handler("freeNetwork"),
      gwAllocCheck: handler("gwAllocCheck"),
    };
    const spaces = handler("getDefaultAddressSpaces");
    this.ipam = {
      getDefaultAddressSpaces: (context) => spaces(undefined, context),
      requestPool: handler("requestPool"),
      releasePool: handler("releasePool"),
      requestAddress: handler("requestAddress"),
      releaseAddress: handler("releaseAddress"),
    };
  }
}

export async function makeDirectory(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "docker-plugin-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Undefined leaves a driver out. */
type PluginOptions = { readonly [Name in keyof ServePluginOptions]?: ServePluginOptions[Name] | undefined };

/** A server with both scripted drivers unless told otherwise, and its client. */
export class TestPlugin implements AsyncDisposable {
  readonly drivers: ScriptedDrivers;
  readonly records: CallRecord[];
  readonly client: DockerClient;
  readonly server: PluginServer;
  readonly #stack: AsyncDisposableStack;
  readonly #recorded: EventTarget;

  private constructor(
    parts: Pick<TestPlugin, "drivers" | "records" | "client" | "server">,
    recorded: EventTarget,
    stack: AsyncDisposableStack,
  ) {
    this.drivers = parts.drivers;
    this.records = parts.records;
    this.client = parts.client;
    this.server = parts.server;
    this.#recorded = recorded;
    this.#stack = stack;
  }

  static async start(options: PluginOptions = {}): Promise<TestPlugin> {
    await using stack = new AsyncDisposableStack();
    const directory = stack.use(await makeDirectory());
    const drivers = new ScriptedDrivers();
    const records: CallRecord[] = [];
    const recorded = new EventTarget();
    const server = stack.use(
      await servePlugin({
        socketPath: join(directory.path, "test.sock"),
        network: drivers.network,
        ipam: drivers.ipam,
        onCall: (record) => {
          records.push(record);
          recorded.dispatchEvent(new Event("call"));
        },
        ...options,
      } as ServePluginOptions),
    );
    const client = stack.use(new DockerClient(server.address));
    return new TestPlugin({ drivers, records, client, server }, recorded, stack.move());
  }

  /** The first record that fits, now or when it comes. */
  async record(fits: (record: CallRecord) => boolean = () => true): Promise<CallRecord> {
    for (;;) {
      const found = this.records.find(fits);
      if (found) return found;
      await new Promise((resolve) => this.#recorded.addEventListener("call", resolve, { once: true }));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
