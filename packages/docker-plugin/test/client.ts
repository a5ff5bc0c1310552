/** A client of a plugin as Docker's is: POST on a unix socket, connections kept, no Content-Type. */
import { once } from "node:events";
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

export interface CallOptions {
  readonly verb?: string;
  readonly signal?: AbortSignal;
}

export class DockerClient implements Disposable {
  readonly #agent = new Agent({ keepAlive: true });
  readonly socketPath: string;

  constructor(socketPath: string) {
    this.socketPath = socketPath;
  }

  /** A body that is text is sent as it is, undefined as an empty one, all else as JSON. */
  async call(method: string, body?: unknown, { verb = "POST", signal }: CallOptions = {}): Promise<Reply> {
    const content = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
    return this.send(method, Buffer.from(content), verb, signal);
  }

  async send(method: string, body: Uint8Array, verb = "POST", signal?: AbortSignal): Promise<Reply> {
    const sent = request({
      agent: this.#agent,
      socketPath: this.socketPath,
      path: `/${method}`,
      method: verb,
      signal,
      headers: {
        Host: "plugin.moby.localhost",
        "User-Agent": "Go-http-client/1.1",
        Accept: "application/vnd.docker.plugins.v1.2+json",
        "Content-Length": body.length,
      },
    });
    sent.end(body);
    const [answer] = await once(sent, "response");
    const content = await text(answer);
    return { status: answer.statusCode, headers: answer.headers, text: content, json: JSON.parse(content) };
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

/** A connection on which a test writes what it likes. */
export async function openRaw(socketPath: string): Promise<Socket> {
  const socket = connect({ path: socketPath, allowHalfOpen: true });
  await once(socket, "connect");
  return socket;
}
