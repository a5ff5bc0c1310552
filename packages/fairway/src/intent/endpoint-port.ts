import { membershipOf } from "./security-groups.ts";
import type { IntentRow, View } from "./view.ts";

/** Whether an endpoint has a port: none that has lost an address, and none in a group that is not there, for then nobody knows what it may do. */
export function hasPort(view: View, endpoint: IntentRow<"Endpoint">): boolean {
  return endpoint.lost.length === 0 && membershipOf(view, endpoint).missing.length === 0;
}
