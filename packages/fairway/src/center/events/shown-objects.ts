import type { View } from "../../intent/view.ts";
import { addressView } from "../addresses/address-view.ts";
import type { Context } from "../context.ts";
import { isOfNetwork } from "../networks/network-subnets.ts";
import { routerView } from "../routers/router-view.ts";
import type { ChangeEvent, Noun } from "../schemas/event.ts";
import type { Host } from "../schemas/host.ts";
import { endpointView, networkView, subnetView } from "../views.ts";

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
    case "router":
      return shown(view.get("Router", uuid), (row) => routerView(view, row));
    case "network":
      return shown(view.get("Network", uuid), (row) => networkView(view, row));
    case "subnet":
      return shown(view.get("Subnet", uuid), (row) => (isOfNetwork(row) ? subnetView(view, row) : undefined));
    case "endpoint":
      return shown(view.get("Endpoint", uuid), (row) => endpointView(view, row));
    case "address":
      return shown(view.get("Address", uuid), (row) => addressView(view, row));
  }
}

function shown<Row, Shown>(row: Row | undefined, show: (row: Row) => Shown | undefined): Shown | undefined {
  return row === undefined ? undefined : show(row);
}
