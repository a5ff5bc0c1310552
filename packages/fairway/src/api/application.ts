import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { FairwayError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { Caller, Service } from "../service/service.ts";
import { accept } from "./accept.ts";
import { mayGo } from "./access.ts";
import { answerFailure, bodyLimit, type Failure, failureOf } from "./failure.ts";
import type { HostStateSource } from "./host-state-source.ts";
import { describeApi } from "./openapi.ts";
import { RequestLog } from "./request-log.ts";
import { type Requests, requestIdOf } from "./requests.ts";
import { hostStateRow } from "./routes/host-state.ts";
import type { Route, Row } from "./routes/route.ts";
import { openApiRow, routes, rows } from "./routes/table.ts";
import { streamHostState } from "./state-stream.ts";

export interface ApplicationParts {
  readonly service: Service;
  readonly hostStates: HostStateSource;
  readonly logger: Logger;
  readonly requests: Requests;
  readonly heartbeatMs: number;
  /** Holds every answer against its schema. For tests: it costs as much as the rest of a request. */
  readonly checkAnswers: boolean;
}

type Fail = (request: FastifyRequest, reply: FastifyReply, failure: Failure) => void;

/** A stream's client that takes nothing for so long, though it gets heartbeats, is gone. */
const stalledMs = 30_000;

const otherMethods = ["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS"] as const;

/** The routes, who may use them, and what happens to errors; it listens nowhere. */
export function buildApplication(parts: ApplicationParts): FastifyInstance {
  const { requests } = parts;
  const log = new RequestLog(parts.logger, (request) => requests.callerOf(request));
  const fail: Fail = (request, reply, failure) => {
    log.failed(request, reply, failure);
    answerFailure(request, reply, failure);
  };
  const app = fastify({
    logger: false,
    genReqId: requestIdOf,
    bodyLimit,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 512 },
    frameworkErrors: (error, request, reply) => fail(request, reply, failureOf(error, requests.stopped)),
  });
  app.removeContentTypeParser("text/plain");
  app.setErrorHandler((error, request, reply) => fail(request, reply, failureOf(error, requests.stopped)));
  app.setNotFoundHandler((request, reply) => {
    const error = new FairwayError(
      "not_found",
      `no route ${request.method} ${request.url}; see /v1/openapi.json`,
    );
    fail(request, reply, { error, status: error.status });
  });
  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
    const caller = requests.callerOf(request);
    // It may be somebody after this request; who it is is looked at when a connection begins.
    if (caller === undefined || !isHimself(caller)) reply.header("connection", "close");
    authorise(request, caller);
  });
  app.addHook("onResponse", async (request, reply) => {
    if (reply.statusCode < 400) log.answered(request, reply);
  });
  for (const route of routes) addRoute(app, route, parts);
  addHostState(app, parts);
  addOpenApi(app, parts);
  refuseOtherMethods(app, fail);
  return app;
}

function addRoute(
  app: FastifyInstance,
  route: Route,
  { service, requests, checkAnswers }: ApplicationParts,
): void {
  app.route({
    method: route.method,
    url: route.url,
    handler: async (request, reply) => {
      const wish = {
        params: route.params && accept(route.params, request.params, "path"),
        query: route.query && accept(route.query, request.query, "query"),
        body: route.body && accept(route.body, request.body, "body"),
        context: requests.contextOf(request, reply),
      };
      const answer = await route.handle(service, wish);
      if (checkAnswers) route.answer?.parse(answer);
      reply.code(route.status);
      return route.status === 204 ? undefined : answer;
    },
  });
}

function addHostState(app: FastifyInstance, { hostStates, requests, heartbeatMs }: ApplicationParts): void {
  app.get(hostStateRow.url, async (request, reply) => {
    const { host } = accept(hostStateRow.params, request.params, "path");
    const { revision } = accept(hostStateRow.query, request.query, "query");
    const { signal } = requests.contextOf(request, reply);
    const messages = hostStates.follow(host, revision, signal);
    const lines = await streamHostState(messages, revision ?? "", heartbeatMs);
    reply.raw.setTimeout(stalledMs, () => reply.raw.destroy());
    return reply.type(hostStateRow.media).send(lines);
  });
}

function addOpenApi(app: FastifyInstance, { service }: ApplicationParts): void {
  let document: object | undefined;
  app.get(openApiRow.url, () => {
    document ??= describeApi(rows, service.status().version);
    return document;
  });
}

/** A path that exists answers 405 to a method that does not (RFC 9110 §15.5.6). */
function refuseOtherMethods(app: FastifyInstance, fail: Fail): void {
  for (const [url, own] of Map.groupBy<string, Row>(rows, (row) => row.url)) {
    const allowed = own.map(({ method }) => method).join(", ");
    app.route({
      method: otherMethods.filter((method) => !own.some((row) => row.method === method)),
      url,
      // Before the body is read: it does not matter.
      onRequest: async (request, reply) => {
        const error = new FairwayError("invalid", `${request.method} is not for ${url}; it takes ${allowed}`);
        reply.header("allow", allowed);
        fail(request, reply, { error, status: 405 });
        return reply;
      },
      handler: () => undefined,
    });
  }
}

/** Whether a caller is all that he can be. */
function isHimself(caller: Caller): boolean {
  return caller.kind === "root" || (caller.kind === "host" && caller.hasExpired !== true);
}

/** Throws `unauthenticated` or `forbidden`. */
function authorise(request: FastifyRequest, caller: Caller | undefined): void {
  if (caller === undefined)
    throw new FairwayError("unauthenticated", "nobody has introduced this connection");
  const { host } = request.params as { readonly host?: string };
  if (mayGo(caller, { method: request.method, url: request.routeOptions.url, host })) return;
  if (caller.kind === "stranger") throw new FairwayError("unauthenticated", caller.reason);
  if (caller.kind === "host" && caller.hasExpired === true)
    throw new FairwayError("unauthenticated", "the certificate is not valid any more; it has to be renewed");
  const who = caller.kind === "host" ? `the host ${caller.name}` : caller.kind;
  throw new FairwayError("forbidden", `${who} may not ${request.method} ${request.url}`);
}
