import type { Socket as Datagrams, RemoteInfo } from "node:dgram";
import type { Server, Socket } from "node:net";
import type { Logger } from "../../logger.ts";
import { guarded } from "../../runtime/guarded.ts";
import { Tally } from "../../runtime/tally.ts";
import { FrameReader, frame } from "./frames.ts";
import type { Resolver } from "./resolver.ts";
import {
  type Listening,
  openUplinkConnections,
  openUplinkDatagrams,
  type UplinkDevice,
} from "./uplink-sockets.ts";

/** A connection that asks nothing for so long is closed (RFC 7766 §6.2.3). */
const idleMs = 10_000;

/** More connections, or more questions of one connection at a time, are not taken: a container must not use up the host. */
const mostConnections = { ofAll: 256, ofOne: 16 } as const;
const mostQuestions = 64;

/** More datagrams that wait for their answer are dropped; who asked asks again. One container must not starve the others. */
const mostDatagrams = { ofAll: 1_024, ofOne: 64 } as const;

export interface UplinkServerParts {
  readonly uplink: UplinkDevice & { readonly network: string };
  readonly at: Listening;
  /** Whether somebody else may have the port for connections: then he answers those. */
  readonly mayLackConnections?: boolean;
  readonly resolver: Pick<Resolver, "answer">;
  readonly logger: Logger;
}

/** Answers what the containers of one network ask, over UDP and TCP. */
export class UplinkServer implements AsyncDisposable {
  readonly #parts: UplinkServerParts;
  readonly #datagrams: Datagrams;
  readonly #connections: Server | undefined;
  readonly #open = new Set<Socket>();
  readonly #note: (error: Error) => void;
  readonly #waiting = new Tally(mostDatagrams);
  readonly #connected = new Tally(mostConnections);

  private constructor(parts: UplinkServerParts, datagrams: Datagrams, connections: Server | undefined) {
    this.#parts = parts;
    this.#datagrams = datagrams;
    this.#connections = connections;
    const { logger } = parts;
    this.#note = guarded("note a name's question", logger, (error: Error) =>
      logger.debug({ device: parts.uplink.device, error: error.message }, "a name's question"),
    );
    datagrams
      .on(
        "message",
        guarded("answer a name's question", logger, (bytes: Buffer, { address, port }: RemoteInfo) =>
          this.#answerDatagram(bytes, address, port),
        ),
      )
      .on("error", this.#note);
    connections
      ?.on(
        "connection",
        guarded("take a connection for names", logger, (socket: Socket) => this.#serve(socket)),
      )
      .on("error", this.#note);
  }

  /** @throws `unavailable` where the uplink is not there yet. */
  static async start(parts: UplinkServerParts): Promise<UplinkServer> {
    const { uplink, at, mayLackConnections = false } = parts;
    const datagrams = await openUplinkDatagrams(uplink, at);
    let connections: Server | undefined;
    try {
      connections = await openUplinkConnections(uplink, at);
    } catch (error) {
      if (!mayLackConnections) {
        datagrams.close();
        throw error;
      }
    }
    return new UplinkServer(parts, datagrams, connections);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#datagrams.close();
    for (const socket of this.#open) socket.destroy();
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#connections === undefined) resolve();
    else this.#connections.close(() => resolve());
    await promise;
  }

  async #answerDatagram(bytes: Buffer, address: string, port: number): Promise<void> {
    if (!this.#waiting.begin(address)) return;
    try {
      const answer = await this.#answer(bytes, address, "udp");
      if (answer !== undefined) this.#datagrams.send(answer, port, address, () => undefined);
    } catch (error) {
      this.#note(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#waiting.end(address);
    }
  }

  #serve(socket: Socket): void {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined || !this.#connected.begin(remoteAddress)) {
      socket.destroy();
      return;
    }
    this.#open.add(socket);
    const reader = new FrameReader();
    let asked = 0;
    const answer = async (question: Buffer) => {
      asked++;
      try {
        const bytes = await this.#answer(question, remoteAddress, "tcp");
        if (bytes !== undefined && socket.writable) socket.write(frame(bytes));
      } finally {
        asked--;
      }
    };
    socket
      .setTimeout(idleMs, () => socket.destroy())
      .on("error", this.#note)
      .on("close", () => {
        this.#open.delete(socket);
        this.#connected.end(remoteAddress);
      })
      .on(
        "data",
        guarded("read a name's question", this.#parts.logger, (chunk: Buffer) => {
          for (const question of reader.push(chunk)) {
            if (asked >= mostQuestions) socket.destroy();
            else answer(question).catch(this.#note);
          }
        }),
      );
  }

  #answer(bytes: Buffer, address: string, transport: "udp" | "tcp"): Promise<Buffer | undefined> {
    const { uplink, resolver } = this.#parts;
    return resolver.answer(bytes, { network: uplink.network, address }, transport);
  }
}
