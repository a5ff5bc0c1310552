import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { FairwayError } from "../../errors.ts";
import type { Logger } from "../../logger.ts";
import { bodyLimit, type Failure, failureOf } from "../failure.ts";
import { type Listener, listen } from "../listener.ts";
import { PrincipalLimits } from "../principal-limits.ts";
import { RequestLog } from "../request-log.ts";
import { type Authenticator, Requests, requestIdOf } from "../requests.ts";
import type { Answer } from "./call.ts";
import { refuseForeign } from "./foreign.ts";
import { readParameters } from "./parameters.ts";

export interface VlcpOptions {
  /** Of the center in this process, or of another one. */
  readonly answer: Answer;
  readonly logger: Logger;
  /** On 127.0.0.1; 0 takes any that is free. */
  readonly port: number;
  /** How long a client may take to send a request; 30 s by default. */
  readonly requestTimeoutMs?: number;
  /** How long calls under way may go on when it closes, ms; 3 s by default. It is asked then. */
  readonly closeGraceMs?: (() => number) | undefined;
}

/** VLCP's calls, on this machine alone. Disposing of it ends waiting, finishes what is under way, and closes the port. */
export interface VlcpApi extends AsyncDisposable {
  /** `http://127.0.0.1:8081` */
  readonly target: string;
}

/** VLCP's status of every call that failed. */
const failedStatus = 500;

/** Statuses of requests that are no calls. */
const requestStatuses: ReadonlySet<number> = new Set([403, 404, 405, 413]);

/**
 * Serves VLCP's management API. Whoever is on this machine may use it, and does by it what root of this machine lets it do: like VLCP's own it asks nobody who he
 * is. Throws `conflict` where somebody listens there already.
 */
export async function serveVlcp({
  answer,
  logger,
  port,
  requestTimeoutMs = 30_000,
  closeGraceMs: graceMs = () => 3_000,
}: VlcpOptions): Promise<VlcpApi> {
  const requests = new Requests(nobody, new PrincipalLimits());
  const app = application(answer, logger, requests);
  await app.ready();
  await using opened = new AsyncDisposableStack();
  opened.use(app);
  const listener: Listener = opened.use(
    await listen(
      { kind: "loopback", port },
      {
        logger,
        requestTimeoutMs,
        graceMs,
        onRequest: (request, response) => app.routing(request, response),
        onCaller: (socket, caller, recognize) => requests.introduce(socket, caller, recognize),
      },
    ),
  );
  const kept = opened.move();
  return {
    target: listener.target,
    async [Symbol.asyncDispose]() {
      requests.stop();
      await kept.disposeAsync();
    },
  };
}

/** Nobody is asked for a token. */
const nobody: Authenticator = {
  authenticate: () => {
    throw new FairwayError("unauthenticated", "VLCP's calls know no tokens");
  },
};

function application(answer: Answer, logger: Logger, requests: Requests): FastifyInstance {
  const log = new RequestLog(logger, (request) => requests.callerOf(request));
  const fail = (request: FastifyRequest, reply: FastifyReply, thrown: unknown) => {
    const failure = failureOf(thrown, requests.stopped);
    const status = statusOf(request, failure);
    log.failed(request, reply, { error: failure.error, status });
    if (status === 413) reply.header("connection", "close");
    reply.code(status).send({ error: failure.error.message });
  };
  const app = fastify({
    logger: false,
    genReqId: requestIdOf,
    bodyLimit,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    // What is behind the `?` is read as VLCP reads it: readParameters.
    routerOptions: { maxParamLength: 512, querystringParser: () => ({}) },
    frameworkErrors: (error, request, reply) => fail(request, reply, error),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, request, reply) => fail(request, reply, error));
  app.setNotFoundHandler((request, reply) => {
    const detail = `no route ${request.method} ${request.url}; calls are GET or POST of /viperflow/CALL and /vrouterapi/CALL`;
    fail(request, reply, new FairwayError("not_found", detail));
  });
  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
    refuseForeign(request.headers);
  });
  app.addHook("onResponse", async (request, reply) => {
    if (reply.statusCode < 400) log.answered(request, reply);
  });
  app.route<{ Params: { target: string; call: string } }>({
    method: ["GET", "POST"],
    url: "/:target/:call",
    handler: async (request, reply) => {
      const context = requests.contextOf(request, reply);
      const { target, call: name } = request.params;
      const [, ...query] = request.url.split("?");
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const contentType = request.headers["content-type"];
      const parameters = readParameters({ query: query.join("?"), contentType, body });
      return { result: await answer(`${target}/${name}`.toLowerCase(), parameters, context) };
    },
  });
  return app;
}

/** VLCP knows one status for calls that fail. What is no call at all has HTTP's own. */
function statusOf(request: FastifyRequest, { error, status }: Failure): number {
  const isCall = request.routeOptions.url !== undefined;
  if (error.code === "forbidden" || error.code === "too_large") return status;
  return !isCall && requestStatuses.has(status) ? status : failedStatus;
}
