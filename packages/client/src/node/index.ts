import { Client, type ClientOptions } from "../client.ts";
import { type NodeTarget, NodeTransport } from "./transport.ts";

export * from "../index.ts";
export { type CertificateFiles, type NodeTarget, NodeTransport } from "./transport.ts";

/** Where the API is, and what shows there who asks. */
export interface NodeOptions extends NodeTarget, Omit<ClientOptions, "transport"> {}

/** A client for Node: over the center's unix socket, or over TLS. Throws `ApiError` with the code `invalid` for a target that is neither. */
export function createClient({ target, tls, ...options }: NodeOptions): Client {
  return new Client({ ...options, transport: new NodeTransport({ target, tls }) });
}
