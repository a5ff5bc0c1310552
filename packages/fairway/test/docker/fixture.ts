import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request } from "undici";
import { type DockerEdgeOptions, startDockerEdge } from "../../src/docker/start.ts";
import type { DriverName } from "../../src/driver-names.ts";
import type { Logger } from "../../src/logger.ts";
import { Ending } from "../../src/runtime/ending.ts";
import { engineId } from "../center.ts";
import { EdgeCenter, hostName } from "./edge-center.ts";
import { StubAgent } from "./stub-agent.ts";

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** A logger whose lines can be read. */
export function recordingLogger(lines: LogLine[], bound: object = {}): Logger {
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ ...bound, ...fields, level, message });
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => recordingLogger(lines, { ...bound, ...fields }),
  };
}

/** An engine's API that answers what the test puts here: JSON by path. Its event stream stays open. */
class StubEngine implements AsyncDisposable {
  readonly answers = new Map<string, unknown>();
  /** Paths that it answers with 500, as Docker does where it cannot read what it has stored. */
  readonly broken = new Set<string>();
  readonly #server: Server;
  readonly #streams = new Set<{ write(text: string): void; destroy(): void }>();

  constructor(socketPath: string) {
    this.#server = createServer(({ url = "" }, response) => {
      const path = url.split("?", 1)[0] ?? "";
      if (path === "/events") {
        this.#streams.add(response);
        response.writeHead(200).flushHeaders();
        return;
      }
      if (this.broken.has(path)) {
        response.writeHead(500).end(JSON.stringify({ message: "unexpected end of JSON input" }));
        return;
      }
      const answer = this.answers.get(path);
      response
        .writeHead(answer === undefined ? 404 : 200)
        .end(JSON.stringify(answer ?? { message: "no such thing" }));
    }).listen(socketPath);
    this.answers.set("/version", { Version: "28.5.2" });
    this.answers.set("/networks", []);
    this.answers.set("/containers/json", []);
  }

  get isFollowed(): boolean {
    return this.#streams.size > 0;
  }

  /** @param attributes of the actor, as `docker events` prints them. */
  say(type: string, action: string, id: string, attributes: Record<string, string>): void {
    this.write(JSON.stringify({ Type: type, Action: action, Actor: { ID: id, Attributes: attributes } }));
  }

  /** A line of the event stream, whatever it holds. */
  write(line: string): void {
    for (const stream of this.#streams) stream.write(`${line}\n`);
  }

  /** As at a restart of the engine. */
  breakStreams(): void {
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.breakStreams();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

interface Answer {
  readonly status: number;
  readonly answer: Record<string, unknown>;
}

/** A network as an engine made it. */
export interface MadeHere {
  readonly networkId: string;
  readonly pool: string;
}

/** What else `docker network create` says. */
interface NetworkCall {
  readonly internal?: boolean;
  readonly networkId?: string;
  readonly driver?: DriverName;
  readonly ipam?: DriverName;
  readonly ipamOptions?: Record<string, string>;
}

interface EdgeSettings extends Pick<DockerEdgeOptions, "driverNames" | "publishFrom"> {
  readonly prepare?: (directory: string) => Promise<void>;
}

/** The docker edge on a real socket in a directory of its own, between a whole center, and an agent and an engine of the test's. */
export class EdgeUnderTest implements AsyncDisposable {
  readonly center: EdgeCenter;
  readonly agent = new StubAgent();
  readonly engine: StubEngine;
  readonly lines: LogLine[] = [];
  /** Where its sockets are. */
  readonly directory: string;
  readonly #dispatchers = new Map<DriverName, Agent>();
  readonly #stack: AsyncDisposableStack;

  private constructor(
    center: EdgeCenter,
    engine: StubEngine,
    directory: string,
    stack: AsyncDisposableStack,
  ) {
    this.center = center;
    this.engine = engine;
    this.directory = directory;
    this.#stack = stack;
  }

  /** @param settings.prepare what is in the directory of its sockets before. */
  static async start(
    defaults?: DockerEdgeOptions["defaults"],
    { prepare, ...settings }: EdgeSettings = {},
  ): Promise<EdgeUnderTest> {
    await using stack = new AsyncDisposableStack();
    const directory = await mkdtemp(join(tmpdir(), "fairway-edge-"));
    stack.defer(() => rm(directory, { recursive: true, force: true }));
    const [pluginSocket, engineSocket] = [join(directory, "fairway.sock"), join(directory, "docker.sock")];
    const center = stack.use(await EdgeCenter.start());
    const engine = stack.use(new StubEngine(engineSocket));
    await prepare?.(directory);
    const edge = new EdgeUnderTest(center, engine, directory, stack.move());
    const { agent, lines } = edge;
    const logger = recordingLogger(lines);
    const common = { api: center.api, agent, hostName, pluginSocket, engineSocket, logger, mirror: true };
    edge.#stack.use(
      await startDockerEdge({
        ...common,
        defaults,
        ...settings,
        ending: new Ending(new AbortController().signal, 0),
      }),
    );
    return edge;
  }

  /** Sends a call as Docker does: POST, no Content-Type. */
  async call(method: string, body: unknown, name: DriverName = "fairway"): Promise<Answer> {
    const { statusCode, body: answer } = await request(`http://plugin/${method}`, {
      method: "POST",
      dispatcher: this.#dispatcherOf(name),
      body: JSON.stringify(body),
    });
    return { status: statusCode, answer: (await answer.json()) as Record<string, unknown> };
  }

  /** A call that must succeed. */
  async done(method: string, body: unknown, name?: DriverName): Promise<Record<string, unknown>> {
    const { status, answer } = await this.call(method, body, name);
    if (status !== 200) throw new Error(`${method}: ${String(answer["Err"])}`);
    return answer;
  }

  /** What `docker network create --subnet CIDR -o OPTIONS` calls. */
  async network(
    cidrs: readonly string[],
    generic: Record<string, string> = {},
    { internal = false, networkId = engineId(), driver, ipam = driver, ipamOptions = {} }: NetworkCall = {},
  ): Promise<MadeHere> {
    const data = [];
    let pool = "";
    for (const cidr of cidrs) {
      const AddressSpace = `fairway-local-${engineId().slice(0, 8)}`;
      const asked = { AddressSpace, Pool: cidr, SubPool: "", Options: ipamOptions, V6: cidr.includes(":") };
      const { PoolID } = await this.done("IpamDriver.RequestPool", asked, ipam);
      const gateway = { RequestAddressType: "com.docker.network.gateway" };
      const { Address } = await this.done(
        "IpamDriver.RequestAddress",
        { PoolID, Address: "", Options: gateway },
        ipam,
      );
      data.push({ AddressSpace, Pool: cidr, Gateway: Address, AuxAddresses: {} });
      pool ||= String(PoolID);
    }
    const wish = {
      NetworkID: networkId,
      Options: { "com.docker.network.generic": generic, "com.docker.network.internal": internal },
      IPv4Data: data.filter(({ Pool }) => !Pool.includes(":")),
      IPv6Data: data.filter(({ Pool }) => Pool.includes(":")),
    };
    await this.done("NetworkDriver.CreateNetwork", wish, driver);
    return { networkId, pool };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  #dispatcherOf(name: DriverName): Agent {
    const known = this.#dispatchers.get(name);
    if (known !== undefined) return known;
    const dispatcher = new Agent({ connect: { socketPath: join(this.directory, `${name}.sock`) } });
    this.#dispatchers.set(name, dispatcher);
    this.#stack.defer(() => dispatcher.destroy());
    return dispatcher;
  }
}

/** An edge with one network, and the ids of an endpoint on it that is not made yet. */
export async function startWithNetwork(
  cidrs: readonly string[] = ["10.1.0.0/24"],
  options: Record<string, string> = {},
  more: Parameters<EdgeUnderTest["network"]>[2] = {},
) {
  await using stack = new AsyncDisposableStack();
  const edge = stack.use(await EdgeUnderTest.start());
  const { networkId, pool } = await edge.network(cidrs, options, more);
  stack.move();
  return { edge, pool, ids: { NetworkID: networkId, EndpointID: engineId() } };
}
