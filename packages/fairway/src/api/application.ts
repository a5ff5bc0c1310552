import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Center } from "../center/center.ts";
import { FairwayError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { accept } from "./accept.ts";
import type { Access, LeastRole } from "./access.ts";
import { authorise, isForNobodyOf, isHimself, nothingFor } from "./authorisation.ts";
import { entityTagOf, mergePatchMediaType, revisionsOf } from "./conditions.ts";
import { answerFailure, bodyLimit, type Failure, failureOf } from "./failure.ts";
import { describeApi } from "./openapi.ts";
import { nextPage } from "./pages.ts";
import { type Operation, registry } from "./registry.ts";
import { RequestLog } from "./request-log.ts";
import { type Requests, requestIdOf } from "./requests.ts";
import { isStream } from "./routes/route.ts";
import { streamFormat } from "./stream-format.ts";
import { streamLines } from "./stream-lines.ts";
import { withoutSchemas } from "./without-schemas.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    readonly access?: Access;
    readonly role?: LeastRole | undefined;
  }
}

export interface ApplicationParts {
  readonly center: Center;
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
    schemaController: withoutSchemas,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 512 },
    frameworkErrors: (error, request, reply) => fail(request, reply, failureOf(error, requests.stopped)),
  });
  app.removeContentTypeParser("text/plain");
  app.addContentTypeParser(
    mergePatchMediaType,
    { parseAs: "string" },
    app.getDefaultJsonParser("error", "error"),
  );
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
    const caller = requests.identify(request);
    // It may be somebody after this request; who it is is looked at when a connection begins.
    if (caller === undefined || !isHimself(caller)) reply.header("connection", "close");
    authorise(request, caller, request.routeOptions.config);
  });
  app.addHook("onResponse", async (request, reply) => {
    if (reply.statusCode < 400) log.answered(request, reply);
  });
  const describe = describer(parts);
  for (const operation of registry) addRoute(app, operation, parts, describe);
  refuseOtherMethods(app, fail);
  return app;
}

function addRoute(
  app: FastifyInstance,
  route: Operation,
  { center, requests, heartbeatMs, checkAnswers }: ApplicationParts,
  describe: () => Record<string, unknown>,
): void {
  const { method, url, access, role } = route;
  const wishOf = (request: FastifyRequest, reply: FastifyReply) => ({
    params: route.params && accept(route.params, request.params, "path"),
    query: route.query && accept(route.query, queryOf(route, request), "query"),
    body: route.body && accept(route.body, request.body, "body"),
    context: requests.contextOf(request, reply),
    revisions: route.isConditional === true ? revisionsOf(request.headers["if-match"]) : undefined,
    describe,
  });
  const handler = isStream(route)
    ? async (request: FastifyRequest, reply: FastifyReply) => {
        const wish = { ...wishOf(request, reply), body: undefined };
        const format = streamFormat(route.format);
        const bytes = await streamLines(route.handle(center, wish), {
          heartbeat: (last: unknown) => route.heartbeat(wish.query, last),
          heartbeatMs,
          write: (message) => format.write(message),
          isAllowed: () => requests.isStillKnown(request),
        });
        reply.raw.setTimeout(stalledMs, () => reply.raw.destroy());
        return reply.type(format.mediaType).header("cache-control", "no-store").send(bytes);
      }
    : async (request: FastifyRequest, reply: FastifyReply) => {
        const wish = wishOf(request, reply);
        const { caller } = wish.context;
        const answer: unknown = isForNobodyOf(caller, route)
          ? nothingFor(caller, route)
          : await center.authorship.onBehalfOf(wish.context, () => route.handle(center, wish));
        if (checkAnswers) route.answer?.parse(answer);
        reply.code(route.status);
        const tag = entityTagOf(answer);
        if (tag !== undefined) reply.header("etag", tag);
        const next = nextPage(route, request.url, answer);
        if (next !== undefined) reply.header("link", `<${next}>; rel="next"`);
        return route.status === 204 ? undefined : answer;
      };
  app.route({ method, url, config: { access, role }, handler });
}

/** Whoever reads events again says by a header how far he was: browsers do so by themselves. */
function queryOf(route: Operation, { query, headers }: FastifyRequest): unknown {
  const last = headers["last-event-id"];
  const mayResume = isStream(route) && route.format === "events" && last !== undefined && last !== "";
  return mayResume ? { ...(query as object), after: last } : query;
}

/** Makes the OpenAPI document when it is asked for first. */
function describer({ center }: ApplicationParts): () => Record<string, unknown> {
  let document: Record<string, unknown> | undefined;
  return () => (document ??= describeApi(registry, center.status.show().version));
}

/** A path that exists answers 405 to a method that does not (RFC 9110 §15.5.6). */
function refuseOtherMethods(app: FastifyInstance, fail: Fail): void {
  for (const [url, own] of Map.groupBy(registry, (route) => route.url)) {
    const allowed = own.map(({ method }) => method).join(", ");
    app.route({
      method: otherMethods.filter((method) => !own.some((route) => route.method === method)),
      url,
      config: { access: url.includes("/:host") ? "own host" : "root" },
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
