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

/** By protocol and number. What is no port is none: one row that somebody wrote by hand must not hide the others. */
export function decodePorts(column: readonly string[]): PublishedPort[] {
  return column
    .flatMap((text) => decodePort(text) ?? [])
    .sort(
      (one, other) =>
        one.protocol.localeCompare(other.protocol) || one.hostPort - other.hostPort || one.port - other.port,
    );
}

function decodePort(text: string): PublishedPort | undefined {
  try {
    const port = JSON.parse(text) as PublishedPort | null;
    const isPort = typeof port?.protocol === "string" && [port.port, port.hostPort].every(Number.isInteger);
    return isPort ? port : undefined;
  } catch {
    return undefined;
  }
}
