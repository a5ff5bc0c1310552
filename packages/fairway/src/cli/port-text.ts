import type { PublishedPort } from "../center/schemas/endpoint.ts";

/** A published port by its place on the host, e.g. `*:8080/tcp`. */
export function portText({ hostAddress, hostPort, protocol }: PublishedPort): string {
  return `${socketText(hostAddress ?? "*", hostPort)}/${protocol}`;
}

/** An address and a port as one writes them together. */
export function socketText(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
