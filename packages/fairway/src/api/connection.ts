import { NodeTransport } from "@fairway/client/node";
import { FairwayError } from "../errors.ts";
import { fairwayErrorOf } from "./client-error.ts";

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
  /** The bearer token of a principal; without one the connection says who asks. */
  readonly token?: string | undefined;
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

/** The way to a center's API. Throws `invalid` for a target that is neither `unix:` nor `https://`, or lacks its certificates. */
export function openTransport({ target, tls }: Target): NodeTransport {
  if (target.startsWith("https:") && tls === undefined)
    throw new FairwayError("invalid", `${target} needs the files of a CA, a certificate and its key`);
  try {
    return new NodeTransport({ target, tls });
  } catch (error) {
    throw fairwayErrorOf(error);
  }
}
