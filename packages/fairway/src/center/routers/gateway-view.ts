import { gatewayOf, hostsOfGateway, legsOf } from "../../intent/router-gateways.ts";
import type { View } from "../../intent/view.ts";
import { withPrefix } from "../../ip.ts";
import { referred } from "../lookup.ts";
import type { Router } from "../schemas/router.ts";

/** A router's external gateway as the API shows it; null of a router that has none. */
export function gatewayView(view: View, router: string): Router["gateway"] {
  const row = gatewayOf(view, router);
  if (row === undefined) return null;
  const network = referred(view.get("Network", row.network));
  return {
    network: { uuid: network._uuid, name: network.name },
    addresses: legsOf(view, router).map(({ ip, cidr }) => withPrefix(ip, cidr)),
    snat: row.snat,
    hosts: hostsOfGateway(view, row).map(({ host, trouble }) => ({
      name: referred(view.get("Host", host)).name,
      trouble: trouble ?? null,
    })),
    active: view.get("Host", row.holder ?? "")?.name ?? null,
  };
}

/** What does not work of a router's gateway, by part. */
export function gatewayTroubles(view: View, router: string): Readonly<Record<string, string>> {
  const row = gatewayOf(view, router);
  if (row === undefined) return {};
  const hosts = hostsOfGateway(view, row);
  if (hosts.length === 0) return { gateway: "none of its hosts is in the cluster any more; name others" };
  const troubles = hosts.flatMap(({ host, trouble }) =>
    trouble === undefined ? [] : [[`gateway host ${view.get("Host", host)?.name}`, trouble] as const],
  );
  const isNoneReady = troubles.length === hosts.length;
  return {
    ...Object.fromEntries(troubles),
    ...(isNoneReady && { gateway: "none of its hosts can be the way out; it stays where it was" }),
  };
}
