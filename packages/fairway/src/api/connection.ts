import { readFileSync } from "node:fs";
import { FairwayError } from "../errors.ts";
import { HttpClient } from "../runtime/http-client.ts";

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

/** How a machine reaches its center, by what its configuration says of the API. */
export function targetOf({
  target,
  ca,
  cert,
  key,
}: Pick<Target, "target"> & { readonly [file in keyof CertificateFiles]?: string | undefined }): Target {
  const tls = ca !== undefined && cert !== undefined && key !== undefined ? { ca, cert, key } : undefined;
  return { target, tls };
}

/** The way to a center's API. */
export interface Connection {
  /** The target as a person knows it. */
  readonly name: string;
  readonly http: HttpClient;
}

/** Throws `invalid` for a target that is neither `unix:` nor `https://`, or lacks its certificates. */
export function openConnection({ target, tls }: Target): Connection {
  if (target.startsWith("unix:/")) {
    const socketPath = target.slice("unix:".length);
    return { name: socketPath, http: new HttpClient({ socketPath }) };
  }
  const url = URL.parse(target);
  if (url?.protocol !== "https:") {
    throw new FairwayError("invalid", `"${target}" must be unix:/path/of/a/socket or https://host:port`);
  }
  if (tls === undefined) {
    throw new FairwayError("invalid", `${target} needs the files of a CA, a certificate and its key`);
  }
  const certificates = () => ({
    ca: readFileSync(tls.ca),
    cert: readFileSync(tls.cert),
    key: readFileSync(tls.key),
  });
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return {
    name: target,
    http: new HttpClient({ host, port: Number(url.port || 443), certificates }),
  };
}
