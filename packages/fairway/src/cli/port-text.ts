import type { Endpoint } from "../center/schemas/endpoint.ts";
import { sourcesText } from "../publish-from.ts";

/**
 * A published port by its place on the host, who may reach it where that is not anybody, and whether a person has published it besides, e.g.
 * `*:8080/tcp from 10.0.0.0/8`, `*:8080/tcp by fairway`.
 */
export function portText({ hostAddress, hostPort, protocol, from, by }: Endpoint["ports"][number]): string {
  const sources = sourcesText(from);
  return [
    `${socketText(hostAddress ?? "*", hostPort)}/${protocol}`,
    ...(sources === "any" ? [] : [`from ${sources}`]),
    ...(by === undefined ? [] : [`by ${by}`]),
  ].join(" ");
}

/** An address and a port as one writes them together. */
export function socketText(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
