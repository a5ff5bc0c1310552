/** A port of an endpoint's host that leads to it. */
export interface PublishedPort {
  readonly protocol: "tcp" | "udp" | "sctp";
  /** The container's. */
  readonly port: number;
  /** null: every address of the host. */
  readonly hostAddress: string | null;
  readonly hostPort: number;
}

/** As the column Endpoint.ports holds it. */
export function encodePort({ protocol, port, hostAddress, hostPort }: PublishedPort): string {
  return JSON.stringify({ protocol, port, hostAddress, hostPort });
}

/** By protocol and number. */
export function decodePorts(column: readonly string[]): PublishedPort[] {
  return column
    .map((text): PublishedPort => JSON.parse(text))
    .sort(
      (one, other) =>
        one.protocol.localeCompare(other.protocol) || one.hostPort - other.hostPort || one.port - other.port,
    );
}
