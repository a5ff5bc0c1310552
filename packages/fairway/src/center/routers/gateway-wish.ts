import { isSame } from "../../columns.ts";
import { FairwayError } from "../../errors.ts";
import { gatewayOf, hostsInOrder } from "../../intent/router-gateways.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { canonicalIp } from "../../ip.ts";
import { hostNamed, networkOf } from "../lookup.ts";
import { type GatewaySpec, gatewaySpec, type RouterPatch } from "../schemas/router.ts";
import { mergePatch } from "../schemas/spec-shapes.ts";

type Router = IntentRow<"Router">;

/** What a router's gateway is to be, its network and hosts by UUID; null: it has none. */
export function wishedGateway(view: View, router: string): GatewaySpec | null {
  const row = gatewayOf(view, router);
  if (row === undefined) return null;
  const { network, addresses, snat } = row;
  return { network, hosts: [...hostsInOrder(row)], addresses: [...addresses].sort(), snat };
}

/** Whether a router's gateway is as it is wished already. Addresses that the wish does not name are any. */
export function isGatewayAs(view: View, { _uuid }: Router, wish: GatewaySpec | null): boolean {
  const now = wishedGateway(view, _uuid);
  if (now === null || wish === null) return now === wish;
  return (
    now.network === networkOf(view, wish.network)._uuid &&
    isSame(
      now.hosts,
      wish.hosts.map((name) => hostNamed(view, name)._uuid),
    ) &&
    wish.addresses.every((ip) => now.addresses.includes(canonicalIp(ip))) &&
    now.snat === wish.snat
  );
}

/** What a router's gateway is to be after a merge patch. Throws `invalid` where that says of none enough to be one. */
export function patchedGateway(
  view: View,
  router: Router,
  patch: NonNullable<RouterPatch["gateway"]>,
): GatewaySpec {
  const now = wishedGateway(view, router._uuid);
  const names = now && { ...now, hosts: now.hosts.flatMap((host) => view.get("Host", host)?.name ?? []) };
  const isElsewhere =
    typeof patch.network === "string" && networkOf(view, patch.network)._uuid !== now?.network;
  // Addresses of one network are none of another's.
  const wished = gatewaySpec.safeParse(
    mergePatch({ ...names, ...(isElsewhere && { addresses: [] }) }, patch),
  );
  if (wished.success) return wished.data;
  const detail = `gateway must name its network and its hosts; router ${router.name} has ${now === null ? "no gateway yet" : "one, of which the change takes them"}`;
  throw new FairwayError("invalid", detail, { fields: [{ field: "gateway", detail }] });
}
