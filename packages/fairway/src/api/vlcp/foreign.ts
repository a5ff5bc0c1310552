import type { IncomingHttpHeaders } from "node:http";
import { FairwayError } from "../../errors.ts";

/** Names of this machine for itself; the port behind them may be any. */
const ownHost = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

/**
 * Throws `forbidden` for a request that a web page made: its browser may be on this machine, and would let any page of the world delete networks. A page
 * under a name of its own that leads here shows by `Host`, one that sends by `Origin`, and an image or a link by `Sec-Fetch-Site` (Fetch Metadata, W3C) or
 * `Referer`.
 */
export function refuseForeign(headers: IncomingHttpHeaders): void {
  const { host = "", origin, referer } = headers;
  if (!ownHost.test(host)) throw refused("Host", host, "must be localhost, 127.0.0.1 or [::1]");
  if (origin !== undefined && origin !== `http://${host}`)
    throw refused("Origin", origin, "is another one's");
  if (referer !== undefined && !referer.startsWith(`http://${host}/`))
    throw refused("Referer", referer, "is another one's");
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "none" && site !== "same-origin")
    throw refused("Sec-Fetch-Site", site, "tells of another page");
}

function refused(header: string, value: string, why: string): FairwayError {
  return new FairwayError(
    "forbidden",
    `the header ${header} ${why}: it is ${JSON.stringify(value.slice(0, 80))}`,
  );
}
