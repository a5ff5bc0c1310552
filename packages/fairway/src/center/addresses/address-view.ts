import { publishedPorts } from "../../intent/publications.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { withoutSources } from "../../publish-from.ts";
import { referred } from "../lookup.ts";
import { revisionOf } from "../revision.ts";
import type { Address } from "../schemas/address.ts";
import { hostNameOf } from "../views.ts";
import { holderIn } from "./holder.ts";

type Row = IntentRow<"Address">;

/** An address as the API shows it. */
export function addressView(view: View, row: Row): Address {
  const subnet = referred(view.get("Subnet", row.subnet));
  const network = subnet.network === null ? null : referred(view.get("Network", subnet.network));
  const endpoint = row.endpoint === null ? undefined : view.get("Endpoint", row.endpoint);
  return {
    uuid: row._uuid,
    ip: row.ip,
    purpose: row.purpose,
    subnet: { uuid: subnet._uuid, cidr: subnet.cidr },
    network: network === null ? null : { uuid: network._uuid, name: network.name },
    endpoint: row.endpoint,
    holder: holderIn(view, row) ?? null,
    host: hostNameOf(view, row.host),
    published: endpoint === undefined ? [] : publishedPorts(view, endpoint).map(withoutSources),
    note: row.note,
    labels: { ...row.labels },
    since: timeText(row.since),
    expires: timeText(row.expires),
    revision: revisionOfAddress(row),
  };
}

/** The revision of what an address is for. */
export function revisionOfAddress({ _uuid, ip, purpose, endpoint, note, labels, expires }: Row): string {
  return revisionOf({ uuid: _uuid, ip, purpose, endpoint, note, labels, expires });
}

/** A time in ms as the API writes it. */
export function timeText(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
