import type { Connection } from "./connection.ts";

/**
 * Sends a request whose answer nobody waits for: a server that is frozen would hold its client up. Where the connection takes nothing
 * more, what the request would end ends with the connection.
 */
export function tell(connection: Connection | undefined, method: string, params: readonly unknown[]): void {
  try {
    connection?.call(method, params, () => undefined);
  } catch {
    // It is closed or too full.
  }
}
