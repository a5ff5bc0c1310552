import { membersOf } from "../../intent/security-groups.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { hostNamed, networkOf, securityGroupNamed } from "../lookup.ts";
import { isLabelled } from "../page.ts";
import type { PageWish } from "../schemas/page.ts";

/** By a network's reference, a host's name, a name with `*` for any letters, a label, a security group's name or UUID. */
export interface EndpointFilter extends PageWish {
  readonly network?: string | undefined;
  readonly host?: string | undefined;
  readonly name?: string | undefined;
  readonly label?: string | undefined;
  readonly group?: string | undefined;
}

/** The endpoints that a filter lets through, but for its name. Throws `not_found` where it names a network, host or group that is not there. */
export function endpointsIn(view: View, filter: EndpointFilter): readonly IntentRow<"Endpoint">[] {
  const network = filter.network === undefined ? undefined : networkOf(view, filter.network)._uuid;
  const host = filter.host === undefined ? undefined : hostNamed(view, filter.host)._uuid;
  const all =
    filter.group !== undefined
      ? membersOf(view, securityGroupNamed(view, filter.group))
      : network === undefined
        ? view.rows("Endpoint")
        : view.find("Endpoint", "byNetwork", network);
  return Array.from(all).filter(
    (row) =>
      (network === undefined || row.network === network) &&
      (host === undefined || row.host === host) &&
      isLabelled(row.labels, filter.label),
  );
}
