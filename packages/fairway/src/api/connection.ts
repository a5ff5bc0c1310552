import { readFileSync } from "node:fs";
import {
  type ClientRequest,
  Agent as HttpAgent,
  type RequestOptions,
  request as requestOverHttp,
} from "node:http";
import { Agent as HttpsAgent, request as requestOverHttps } from "node:https";
import type { Duplex } from "node:stream";
import { FairwayError } from "../errors.ts";

/** Paths of PEM files. They are read again for every new connection, so that a renewed certificate counts. */
export interface CertificateFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface Target {
  /** `unix:/run/fairway/api.sock` or `https://host:port`. */
  readonly target: string;
  /** Needed by `https://`. */
  readonly tls?: CertificateFiles | undefined;
}

/** Where requests go: connections that are kept alive, opened as they are needed. */
export interface Connection {
  /** As a person knows it. */
  readonly name: string;
  /** Begins a request; the caller writes its body and ends it. */
  request(options: Pick<RequestOptions, "method" | "path" | "headers" | "signal">): ClientRequest;
  close(): void;
}

/** Throws `invalid` for a target that is neither `unix:` nor `https://`, or lacks its certificates. */
export function openConnection({ target, tls }: Target): Connection {
  if (target.startsWith("unix:/")) {
    const agent = new HttpAgent({ keepAlive: true });
    const socketPath = target.slice("unix:".length);
    return {
      name: socketPath,
      request: (options) => requestOverHttp({ ...options, agent, socketPath, host: "localhost" }),
      close: () => agent.destroy(),
    };
  }
  const url = URL.parse(target);
  if (url?.protocol !== "https:") {
    throw new FairwayError("invalid", `"${target}" must be unix:/path/of/a/socket or https://host:port`);
  }
  if (tls === undefined) {
    throw new FairwayError("invalid", `${target} needs the files of a CA, a certificate and its key`);
  }
  const agent = new RenewingAgent(tls);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return {
    name: target,
    request: (options) => requestOverHttps({ ...options, agent, host, port: url.port || 443 }),
    close: () => agent.destroy(),
  };
}

class RenewingAgent extends HttpsAgent {
  readonly #files: CertificateFiles;

  constructor(files: CertificateFiles) {
    // A resumed session would go on with the certificate that it began with.
    super({ keepAlive: true, maxCachedSessions: 0, minVersion: "TLSv1.3" });
    this.#files = files;
  }

  override createConnection(
    options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const { ca, cert, key } = this.#files;
    const pem = { ca: readFileSync(ca), cert: readFileSync(cert), key: readFileSync(key) };
    return super.createConnection({ ...options, ...pem }, callback);
  }
}
