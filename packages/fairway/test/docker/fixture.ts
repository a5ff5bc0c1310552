import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request } from "undici";
import { type DockerEdgeOptions, startDockerEdge } from "../../src/docker/start.ts";
import type { Logger } from "../../src/logger.ts";
import { StubAgent } from "./stub-agent.ts";
import { StubCenter } from "./stub-center.ts";

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

export interface EdgeUnderTest extends AsyncDisposable {
  readonly center: StubCenter;
  readonly agent: StubAgent;
  readonly engine: StubEngine;
  readonly lines: LogLine[];
  /** Sends a call as Docker does: POST, no Content-Type. */
  call(
    method: string,
    body: unknown,
  ): Promise<{ readonly status: number; readonly answer: Record<string, unknown> }>;
}

/** The docker edge on a real socket in a directory of its own, between a center, an agent and an engine of the test's. */
export async function startEdge(defaults?: DockerEdgeOptions["defaults"]): Promise<EdgeUnderTest> {
  const stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "fairway-edge-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const center = new StubCenter();
  const agent = new StubAgent();
  const engine = stack.use(new StubEngine(join(directory, "docker.sock")));
  const lines: LogLine[] = [];
  const pluginSocket = join(directory, "fairway.sock");
  stack.use(
    await startDockerEdge({
      api: center,
      agent,
      hostName: "host",
      pluginSocket,
      engineSocket: join(directory, "docker.sock"),
      logger: recordingLogger(lines),
      mirror: true,
      defaults,
    }),
  );
  const dispatcher = new Agent({ connect: { socketPath: pluginSocket } });
  stack.defer(() => dispatcher.destroy());
  return {
    center,
    agent,
    engine,
    lines,
    async call(method, body) {
      const { statusCode, body: answer } = await request(`http://plugin/${method}`, {
        method: "POST",
        dispatcher,
        body: JSON.stringify(body),
      });
      return { status: statusCode, answer: (await answer.json()) as Record<string, unknown> };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
