import { randomInt } from "node:crypto";
import type { Socket } from "node:dgram";
import { messageOf } from "../../errors.ts";
import type { Logger } from "../../logger.ts";
import { guarded } from "../../runtime/guarded.ts";
import type { Asker } from "./center-names.ts";
import { isAnswerTo, type Transport, withId } from "./message.ts";
import type { Forwarder } from "./resolver.ts";

const port = 53;

/** All of them together. Docker's resolver gives up after 4 s, and another server may have to be asked after that. */
const boundMs = 1_800;

/** Whom a container asks for the names of its LAN: each server, from a socket in the container's own network. */
export interface NamesOfLan {
  readonly servers: readonly string[];
  readonly open: () => Promise<Socket>;
}

export interface LanForwarderParts {
  /** Undefined where the container's LAN names no servers. */
  readonly lanOf: (asker: Asker) => NamesOfLan | undefined;
  /** Who is asked where the LAN does not answer, and over TCP. */
  readonly otherwise: Forwarder;
  readonly logger: Logger;
}

/** Asks the servers that a container's LAN names first. */
export class LanForwarder implements Forwarder {
  readonly #parts: LanForwarderParts;

  constructor(parts: LanForwarderParts) {
    this.#parts = parts;
  }

  async forward(query: Buffer, transport: Transport, asker: Asker): Promise<Buffer | "silence" | "nobody"> {
    const { lanOf, otherwise, logger } = this.#parts;
    const lan = transport === "udp" ? lanOf(asker) : undefined;
    const answer =
      lan &&
      (await this.#ask(lan, query).catch((error: unknown) => {
        logger.debug(
          { ...asker, error: messageOf(error) },
          "the name servers of a container's LAN were not asked",
        );
        return undefined;
      }));
    return answer ?? otherwise.forward(query, transport, asker);
  }

  /** Of all servers at once the first one's answer; undefined where none comes. */
  async #ask({ servers, open }: NamesOfLan, query: Buffer): Promise<Buffer | undefined> {
    const socket = await open();
    const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
    const timer = setTimeout(() => resolve(undefined), boundMs);
    const id = randomInt(0x10000);
    socket
      .on("error", () => resolve(undefined))
      .on(
        "message",
        guarded(
          "read an answer of a LAN's name server",
          this.#parts.logger,
          (bytes: Buffer, from: { address: string; port: number }) => {
            const isMeant = from.port === port && servers.includes(from.address) && isAnswerTo(id, bytes);
            if (isMeant) resolve(withId(bytes, query.readUInt16BE(0)));
          },
        ),
      );
    // One that has no way to a server says so by its callback: the others may have one.
    for (const server of servers) socket.send(withId(query, id), port, server, () => undefined);
    return promise.finally(() => {
      clearTimeout(timer);
      socket.close();
    });
  }
}
