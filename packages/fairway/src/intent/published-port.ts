import type { IntentRow } from "./view.ts";

const protocols = ["tcp", "udp", "sctp"] as const;

/** A port of an endpoint's host that leads to it. */
export interface PublishedPort {
  readonly protocol: (typeof protocols)[number];
  /** The container's. */
  readonly port: number;
  /** null: every address of the host. */
  readonly hostAddress: string | null;
  readonly hostPort: number;
}

/** Whether a port is the one of that number of its host. */
export function isOnHostPort(
  port: PublishedPort,
  { protocol, hostPort }: Pick<PublishedPort, "protocol" | "hostPort">,
): boolean {
  return port.protocol === protocol && port.hostPort === hostPort;
}

type Column = IntentRow<"Endpoint">["published_ports"];

/** Stands in a key for every address of the host. */
const everyAddress = "*";

/**
 * The column Endpoint.published_ports: to where on the host, as `PROTOCOL ADDRESS PORT`, the container's port. One place on a host
 * leads to one port.
 */
export function encodePorts(ports: readonly PublishedPort[]): Record<string, number> {
  return Object.fromEntries(
    ports.map(({ protocol, port, hostAddress, hostPort }) => [
      [protocol, hostAddress ?? everyAddress, hostPort].join(" "),
      port,
    ]),
  );
}

/** By protocol and number. What is no port is none: one entry that somebody wrote by hand must not hide the others. */
export function decodePorts(column: Column): PublishedPort[] {
  return Object.entries(column)
    .flatMap(([place, port]) => decodePort(place, port) ?? [])
    .sort(
      (one, other) =>
        one.protocol.localeCompare(other.protocol) || one.hostPort - other.hostPort || one.port - other.port,
    );
}

function decodePort(place: string, port: number): PublishedPort | undefined {
  const [name, address = "", number = "", ...rest] = place.split(" ");
  const protocol = protocols.find((each) => each === name);
  if (protocol === undefined || address === "" || !/^\d+$/.test(number) || rest.length > 0) return undefined;
  return { protocol, port, hostAddress: address === everyAddress ? null : address, hostPort: Number(number) };
}
