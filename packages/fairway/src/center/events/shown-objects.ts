import type { IntentRow, View } from "../../intent/view.ts";
import { addressView } from "../addresses/used-addresses.ts";
import type { Context } from "../context.ts";
import { referred } from "../lookup.ts";
import type { ChangeEvent, Noun, Subnet } from "../schemas/event.ts";
import type { Host } from "../schemas/host.ts";
import { endpointView, networkView } from "../views.ts";

interface Hosts {
  show(name: string, context: Context): Host;
}

/** The feed reads what there is; who may read the feed is asked before. */
const center: Context = { caller: { kind: "root" }, request: "", signal: new AbortController().signal };

/**
 * An object as `GET` shows it at this moment; undefined where it is gone.
 * @param hosts who knows when a host was heard.
 */
export function shownObject(
  view: View,
  hosts: Hosts,
  noun: Noun,
  uuid: string,
): ChangeEvent["object"] | undefined {
  switch (noun) {
    case "host":
      return shown(view.get("Host", uuid), ({ name }) => hosts.show(name, center));
    case "network":
      return shown(view.get("Network", uuid), (row) => networkView(view, row));
    case "subnet":
      return shown(view.get("Subnet", uuid), (row) => subnetView(view, row));
    case "endpoint":
      return shown(view.get("Endpoint", uuid), (row) => endpointView(view, row));
    case "address":
      return shown(view.get("Address", uuid), (row) => addressView(view, row));
  }
}

function shown<Row, Shown>(row: Row | undefined, show: (row: Row) => Shown): Shown | undefined {
  return row === undefined ? undefined : show(row);
}

function subnetView(view: View, row: IntentRow<"Subnet">): Subnet {
  const network = row.network === null ? null : referred(view.get("Network", row.network));
  return {
    uuid: row._uuid,
    cidr: row.cidr,
    gateway: row.gateway,
    ranges: [...row.ranges],
    options: row.options,
    used: view.count("Address", "bySubnet", row._uuid),
    network: network === null ? null : { uuid: network._uuid, name: network.name },
  };
}
