import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Caller, Context } from "../service/service.ts";

/** The id that the client gave, where it can stand in a log line as it is; else one of our own. */
export function requestIdOf(message: Pick<IncomingMessage, "headers">): string {
  const given = message.headers["x-request-id"];
  return typeof given === "string" && /^[A-Za-z0-9._-]{1,64}$/.test(given)
    ? given
    : randomBytes(8).toString("hex");
}

/** Who calls on which connection, and which requests are under way. */
export class Requests {
  readonly #callers = new WeakMap<Socket, Caller>();
  readonly #underWay = new Set<AbortController>();
  #stopped = false;

  get stopped(): boolean {
    return this.#stopped;
  }

  introduce(socket: Socket, caller: Caller): void {
    this.#callers.set(socket, caller);
  }

  callerOf(request: FastifyRequest): Caller | undefined {
    return this.#callers.get(request.raw.socket);
  }

  /** For a request whose caller is known. The context's signal ends with the caller's patience, or with `stop`. */
  contextOf(request: FastifyRequest, reply: FastifyReply): Context {
    const caller = this.callerOf(request);
    if (caller === undefined) throw new Error("nobody introduced the connection");
    const controller = new AbortController();
    this.#underWay.add(controller);
    reply.raw.once("close", () => {
      this.#underWay.delete(controller);
      if (!reply.raw.writableFinished) controller.abort();
    });
    if (this.#stopped) controller.abort();
    return { caller, request: request.id, signal: controller.signal };
  }

  /** Ends what waits and what streams; what comes later finds its signal aborted. */
  stop(): void {
    this.#stopped = true;
    for (const controller of this.#underWay) controller.abort();
  }
}
