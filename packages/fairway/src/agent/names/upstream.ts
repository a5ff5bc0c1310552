import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import type { Logger } from "../../logger.ts";
import { guarded } from "../../runtime/guarded.ts";
import { FrameReader, frame } from "./frames.ts";
import { isAnswerTo, type Transport, withId } from "./message.ts";
import type { Forwarder } from "./resolver.ts";

const port = 53;

/** How long one server may take. Docker's resolver gives up after 4 s, the C library after 5 s. */
const defaultAttemptMs = 1_800;

/** More questions at once than that are more than a host's servers like; they fail at once. */
const mostAtOnce = 1_024;

export interface UpstreamOptions {
  readonly attemptMs?: number;
  readonly logger: Logger;
  /** Of the servers; 53 but in tests. */
  readonly port?: number;
}

/** Servers, asked one after the other; each question from a port of its own, under an id of its own. */
export class Upstream {
  readonly #options: UpstreamOptions;
  #running = 0;

  constructor(options: UpstreamOptions) {
    this.#options = options;
  }

  /** @param serversNow in the order in which they are asked, as they are when a question comes. */
  to(serversNow: () => Promise<readonly string[]>): Forwarder {
    return {
      forward: async (query, transport) => this.#forward(await serversNow(), query, transport),
    };
  }

  async #forward(
    servers: readonly string[],
    query: Buffer,
    transport: Transport,
  ): Promise<Buffer | "silence" | "nobody"> {
    if (servers.length === 0) return "nobody";
    if (this.#running >= mostAtOnce) return "silence";
    this.#running++;
    try {
      for (const server of servers) {
        const answer = await this.#ask(server, query, transport);
        if (answer !== undefined) return answer;
      }
      return "silence";
    } finally {
      this.#running--;
    }
  }

  async #ask(server: string, query: Buffer, transport: Transport): Promise<Buffer | undefined> {
    const { attemptMs = defaultAttemptMs, port: at = port } = this.#options;
    const id = randomInt(0x10000);
    const signal = AbortSignal.timeout(attemptMs);
    const ask = transport === "udp" ? askByDatagram : askByStream;
    const { logger } = this.#options;
    const answer = await ask({ server, port: at, id, query: withId(query, id), signal, logger });
    return answer && withId(answer, query.readUInt16BE(0));
  }
}

interface Attempt {
  readonly server: string;
  readonly port: number;
  readonly id: number;
  readonly query: Buffer;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** A connected socket: the kernel lets through what its server sends alone, and tells at once that nobody listens. */
function askByDatagram({ server, port, id, query, signal, logger }: Attempt): Promise<Buffer | undefined> {
  const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
  const socket = createSocket(server.includes(":") ? "udp6" : "udp4");
  const giveUp = () => resolve(undefined);
  signal.addEventListener("abort", giveUp, { once: true });
  socket
    .on("error", giveUp)
    .on(
      "message",
      guarded("read a name server's answer", logger, (bytes: Buffer) => {
        if (isAnswerTo(id, bytes)) resolve(bytes);
      }),
    )
    .on(
      "connect",
      guarded("ask a name server", logger, () => socket.send(query)),
    );
  socket.connect(port, server);
  return promise.finally(() => {
    signal.removeEventListener("abort", giveUp);
    socket.close();
  });
}

function askByStream({ server, port, id, query, signal, logger }: Attempt): Promise<Buffer | undefined> {
  const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
  const reader = new FrameReader();
  const socket = connect({ host: server, port, signal })
    .on("error", () => resolve(undefined))
    .on("close", () => resolve(undefined))
    .on(
      "data",
      guarded("read a name server's answer", logger, (chunk: Buffer) => {
        const answer = reader.push(chunk).find((bytes) => isAnswerTo(id, bytes));
        if (answer !== undefined) resolve(answer);
      }),
    );
  socket.write(frame(query));
  return promise.finally(() => socket.destroy());
}
