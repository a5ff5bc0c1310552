import { mkdtemp, rm } from "node:fs/promises";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ApiClient } from "../../src/api/client.ts";
import { type ApiOptions, createApi } from "../../src/api/server.ts";
import type { Context } from "../../src/center/context.ts";
import type { Logger } from "../../src/logger.ts";
import { type Changes, sampleCenter } from "./sample-center.ts";

interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface Served extends AsyncDisposable {
  readonly client: ApiClient;
  readonly contexts: readonly Context[];
  readonly log: readonly LogLine[];
  readonly path: string;
  readonly targets: readonly string[];
  reloadCertificates(): void;
  /** A request as any other program would send it. */
  send(request: RawRequest): Promise<RawAnswer>;
  /** Closes the server alone. */
  stop(): Promise<void>;
}

interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The API on a unix socket of its own, over a center that a test may change. */
export async function serve(changes: Changes = {}, options: Partial<ApiOptions> = {}): Promise<Served> {
  const directory = await mkdtemp(join(tmpdir(), "fairway-api-"));
  const path = join(directory, "api.sock");
  const { center, contexts } = sampleCenter(changes);
  const log: LogLine[] = [];
  const removeDirectory = () => rm(directory, { recursive: true });
  const api = await createApi({
    center,
    logger: recorder(log),
    checkAnswers: true,
    ...options,
    listeners: [{ kind: "unix", path }, ...(options.listeners ?? [])],
  }).catch(async (error: unknown) => {
    await removeDirectory();
    throw error;
  });
  const client = new ApiClient({ target: `unix:${path}` });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= Promise.resolve(api[Symbol.asyncDispose]()));
  return {
    client,
    contexts,
    log,
    path,
    targets: api.targets,
    reloadCertificates: () => api.reloadCertificates(),
    send: (request) => send(path, request),
    stop,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await stop();
      await removeDirectory();
    },
  };
}

async function send(
  socketPath: string,
  { method = "GET", path, headers = {}, body }: RawRequest,
): Promise<RawAnswer> {
  return await new Promise((resolve, reject) => {
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const request = httpRequest({ socketPath, method, path, headers: { ...type, ...headers } });
    request.once("error", reject);
    request.once("response", (answer) => {
      text(answer).then(
        (content) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: content }),
        reject,
      );
    });
    request.end(body);
  });
}

function recorder(lines: LogLine[], inherited: object = {}): Logger {
  const at = (level: LogLine["level"]) => (fields: object, message: string) => {
    lines.push({ ...inherited, ...fields, level, message });
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => recorder(lines, { ...inherited, ...fields }),
  };
}
