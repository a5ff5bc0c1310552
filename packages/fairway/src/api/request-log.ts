import type { FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../center/context.ts";
import type { Logger } from "../logger.ts";
import { withoutTokens } from "../principal-token.ts";
import type { Failure } from "./failure.ts";

/** One line for each request: at debug when all was well, at info when it was refused, at error when we failed. */
export class RequestLog {
  readonly #logger: Logger;
  readonly #callerOf: (request: FastifyRequest) => Caller | undefined;

  constructor(logger: Logger, callerOf: (request: FastifyRequest) => Caller | undefined) {
    this.#logger = logger;
    this.#callerOf = callerOf;
  }

  answered(request: FastifyRequest, reply: FastifyReply): void {
    this.#logger.debug(this.#fields(request, reply, reply.statusCode), "request answered");
  }

  failed(request: FastifyRequest, reply: FastifyReply, { error, status }: Failure): void {
    const fields = {
      ...this.#fields(request, reply, status),
      code: error.code,
      detail: withoutTokens(error.message),
    };
    if (error.code === "internal") {
      this.#logger.error({ ...fields, err: error.cause ?? error }, "request failed");
    } else {
      this.#logger.info(fields, "request refused");
    }
  }

  #fields(request: FastifyRequest, reply: FastifyReply, status: number): object {
    const caller = this.#callerOf(request);
    return {
      request: request.id,
      method: request.method,
      route: request.routeOptions.url ?? withoutTokens(request.url),
      caller: callerText(caller),
      status,
      ms: Math.round(reply.elapsedTime * 100) / 100,
    };
  }
}

function callerText(caller: Caller | undefined): string | undefined {
  if (caller?.kind === "principal") return `principal ${caller.name}`;
  return caller?.kind === "host" ? caller.name : caller?.kind;
}
