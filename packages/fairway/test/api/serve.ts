import { mkdtemp, rm } from "node:fs/promises";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ApiClient } from "../../src/api/client.ts";
import type { HostStateSource } from "../../src/api/host-state-source.ts";
import { type ApiOptions, createApi } from "../../src/api/server.ts";
import type { Logger } from "../../src/logger.ts";
import type { Context, Service } from "../../src/service/service.ts";
import { sampleService } from "./sample-service.ts";

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

const nothingToFollow: HostStateSource = {
  async *follow() {
    // Ends at once.
  },
};

/** The API on a unix socket of its own, over a service that a test may change. */
export async function serve(
  change: Partial<Service> = {},
  options: Partial<ApiOptions> = {},
): Promise<Served> {
  const directory = await mkdtemp(join(tmpdir(), "fairway-api-"));
  const path = join(directory, "api.sock");
  const service = { ...sampleService(), ...change };
  const log: LogLine[] = [];
  const api = await createApi({
    service,
    hostStates: nothingToFollow,
    logger: recorder(log),
    checkAnswers: true,
    ...options,
    listeners: [{ kind: "unix", path }, ...(options.listeners ?? [])],
  });
  const client = new ApiClient({ target: `unix:${path}` });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= Promise.resolve(api[Symbol.asyncDispose]()));
  return {
    client,
    contexts: service.contexts,
    log,
    path,
    targets: api.targets,
    reloadCertificates: () => api.reloadCertificates(),
    send: (request) => send(path, request),
    stop,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await stop();
      await rm(directory, { recursive: true });
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
