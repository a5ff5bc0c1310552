import type { IntentRow } from "../../intent/view.ts";

/**
 * Options of a port that is on one host: no other chassis binds it (ovn-nb(5), `requested-chassis`). Where nobody can say which chassis
 * that is, any may: the endpoint has no host yet, or a comma would part the chassis' name into two.
 */
export function requestedChassis(host: IntentRow<"Host"> | undefined): Readonly<Record<string, string>> {
  if (host === undefined || host.system_id.includes(",")) return {};
  return { "requested-chassis": host.system_id };
}
