import type { IntentRow, View } from "../../intent/view.ts";
import { endpointsNamed } from "../../intent/vips.ts";
import { referred } from "../lookup.ts";
import { revisionOf } from "../revision.ts";
import type { Vip } from "../schemas/vip.ts";

type Row = IntentRow<"Vip">;

/** A VIP as the API shows it. */
export function vipView(view: View, row: Row): Vip {
  const { _uuid: uuid, ip, network, members, labels, options, status } = row;
  const missing = members.filter((name) => endpointsNamed(view, network, name).length === 0);
  return {
    uuid,
    ip,
    network: { uuid: network, name: referred(view.get("Network", network)).name },
    members: [...members],
    labels: { ...labels },
    options: { ...options },
    revision: revisionOfVip(row),
    status: {
      ...status,
      ...(missing.length > 0 && { members: `not on the network at the moment: ${missing.join(", ")}` }),
    },
  };
}

/** The revision of what a VIP is to be. */
export function revisionOfVip({ network, ip, members, labels, options }: Row): string {
  return revisionOf({ network, ip, members, labels, options });
}
