import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Caller, Context, PrincipalCaller } from "../center/context.ts";
import { FairwayError } from "../errors.ts";
import type { PrincipalLimits } from "./principal-limits.ts";

/** The id that the client gave, where it can stand in a log line as it is; else one of our own. */
export function requestIdOf(message: Pick<IncomingMessage, "headers">): string {
  const given = message.headers["x-request-id"];
  return typeof given === "string" && /^[A-Za-z0-9._-]{1,64}$/.test(given)
    ? given
    : randomBytes(8).toString("hex");
}

/** Knows principals by their tokens. */
export interface Authenticator {
  /** Throws `unauthenticated`. */
  authenticate(token: string): PrincipalCaller;
}

/** Who is at the other end of a connection. */
interface Introduction {
  readonly caller: Caller;
  /** Called when a request on it has proved who sends it. */
  readonly recognize: () => void;
}

/** Who calls on which connection or by which token, and which requests are under way. */
export class Requests {
  readonly #authenticator: Authenticator;
  readonly #introductions = new WeakMap<Socket, Introduction>();
  readonly #byToken = new WeakMap<IncomingMessage, Caller>();
  readonly #limits: PrincipalLimits;
  readonly #underWay = new Set<AbortController>();
  #stopped = false;

  constructor(authenticator: Authenticator, limits: PrincipalLimits) {
    this.#authenticator = authenticator;
    this.#limits = limits;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** @param recognize called when a request on the connection has proved by a token who sends it. */
  introduce(socket: Socket, caller: Caller, recognize: () => void): void {
    this.#introductions.set(socket, { caller, recognize });
  }

  /**
   * Finds out who sends a request: whom its token names, where it has one, else who is at the other end of its connection; undefined where nobody
   * knows. Throws `too_many` for a principal who asks more than one may.
   */
  identify(request: FastifyRequest): Caller | undefined {
    const { authorization } = request.headers;
    if (authorization === undefined) return this.callerOf(request);
    const caller = this.#callerWith(authorization);
    this.#byToken.set(request.raw, caller);
    if (caller.kind === "principal") {
      const { socket } = request.raw;
      this.#limits.admit(caller.name, socket);
      this.#introductions.get(socket)?.recognize();
    }
    return caller;
  }

  /** As `identify` found out. */
  callerOf(request: FastifyRequest): Caller | undefined {
    return this.#byToken.get(request.raw) ?? this.#introductions.get(request.raw.socket)?.caller;
  }

  /** Whether its sender may still do what he might when it began: his token may have expired, or been removed, since. */
  isStillKnown(request: FastifyRequest): boolean {
    const { authorization } = request.headers;
    const began = this.callerOf(request);
    if (authorization === undefined || began?.kind !== "principal") return true;
    const now = this.#callerWith(authorization);
    return now.kind === "principal" && now.role === began.role && now.organization === began.organization;
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

  /** @param authorization the header's value (RFC 6750 §2.1). Who shows a wrong token is nobody, whoever is at the other end. */
  #callerWith(authorization: string): Caller {
    const [, token] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
    if (token === undefined)
      return {
        kind: "stranger",
        reason: 'the header Authorization must be "Bearer" and a token of a principal',
      };
    try {
      return this.#authenticator.authenticate(token);
    } catch (error) {
      if (!(error instanceof FairwayError) || error.code !== "unauthenticated") throw error;
      return { kind: "stranger", reason: error.message };
    }
  }
}
