import type { Membership } from "./security-groups.ts";
import type { IntentRow } from "./view.ts";

/** Whether an endpoint has a port: none that has lost an address, and none in a group that is not there, for then nobody knows what it may do. */
export function hasPort({ lost }: Pick<IntentRow<"Endpoint">, "lost">, { missing }: Membership): boolean {
  return lost.length === 0 && missing.length === 0;
}
