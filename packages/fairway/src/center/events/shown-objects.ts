import type { IntentRow, View } from "../../intent/view.ts";
import { addressView } from "../addresses/address-view.ts";
import type { Context } from "../context.ts";
import { endpointView } from "../endpoints/endpoint-view.ts";
import { isOfNetwork } from "../networks/network-subnets.ts";
import { physicalNetworkView } from "../physical-networks/physical-network-view.ts";
import { policyView } from "../policies/policy-view.ts";
import { routerView } from "../routers/router-view.ts";
import type { ChangeEvent } from "../schemas/event.ts";
import type { Host } from "../schemas/host.ts";
import type { Token } from "../schemas/member.ts";
import type { Noun } from "../schemas/nouns.ts";
import type { Principal } from "../schemas/principal.ts";
import { securityGroupView } from "../security-groups/group-view.ts";
import { organizationView } from "../tenancy/organizations.ts";
import { zoneView } from "../tenancy/zones.ts";
import { networkView, subnetView } from "../views.ts";
import { vipView } from "../vips/vip-view.ts";

/** Who shows what more than the intent is needed for. */
interface Nouns {
  /** Knows when a host was heard. */
  readonly hosts: { show(name: string, context: Context): Host };
  /** These know what time it is. */
  readonly principals: { view(row: IntentRow<"Principal">): Principal };
  readonly tokens: { view(row: IntentRow<"Token">): Token };
}

/** The feed reads what there is; who may read the feed is asked before. */
const center: Context = { caller: { kind: "root" }, request: "", signal: new AbortController().signal };

/** An object as `GET` shows it at this moment; undefined where it is gone. */
export function shownObject(
  view: View,
  { hosts, principals, tokens }: Nouns,
  noun: Noun,
  uuid: string,
): ChangeEvent["object"] | undefined {
  switch (noun) {
    case "host":
      return shown(view.get("Host", uuid), ({ name }) => hosts.show(name, center));
    case "physical-network":
      return shown(view.get("Physical_Network", uuid), (row) => physicalNetworkView(view, row));
    case "organization":
      return shown(view.get("Organization", uuid), (row) => organizationView(view, row));
    case "zone":
      return shown(view.get("Zone", uuid), (row) => zoneView(view, row));
    case "router":
      return shown(view.get("Router", uuid), (row) => routerView(view, row));
    case "network":
      return shown(view.get("Network", uuid), (row) => networkView(view, row));
    case "subnet":
      return shown(view.get("Subnet", uuid), (row) => (isOfNetwork(row) ? subnetView(view, row) : undefined));
    case "vip":
      return shown(view.get("Vip", uuid), (row) => vipView(view, row));
    case "security-group":
      return shown(view.get("Security_Group", uuid), (row) => securityGroupView(view, row));
    case "policy":
      return shown(view.get("Policy", uuid), (row) => policyView(view, row));
    case "endpoint":
      return shown(view.get("Endpoint", uuid), (row) => endpointView(view, row));
    case "address":
      return shown(view.get("Address", uuid), (row) => addressView(view, row));
    case "principal":
      return shown(view.get("Principal", uuid), (row) => principals.view(row));
    case "token":
      return shown(view.get("Token", uuid), (row) => tokens.view(row));
  }
}

function shown<Row, Shown>(row: Row | undefined, show: (row: Row) => Shown | undefined): Shown | undefined {
  return row === undefined ? undefined : show(row);
}
