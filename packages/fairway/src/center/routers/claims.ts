import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import { cidrOf } from "../../intent/parsed-rows.ts";
import { interfaceOf } from "../../intent/routers.ts";
import type { IntentRow } from "../../intent/view.ts";
import { contains, parseIp } from "../../ip.ts";
import type { Addresses } from "../addresses/addresses.ts";
import { referred, subnetOf } from "../lookup.ts";
import { attach, detach, letGo } from "./attachments.ts";

/** One subnet that somebody wants to be on a router. */
export interface Claim {
  /** What its maker calls it; no other claim has it. */
  readonly id: string;
  /** By its UUID. */
  readonly subnet: string;
  /** By which address the router answers there; undefined: by the gateway's. */
  readonly address: string | undefined;
  readonly options: Readonly<Record<string, string>>;
}

/** Attaches the network of a subnet, beside what is claimed of it already. Throws `conflict` where that is the same subnet, or the id is taken. */
export function claim(
  draft: Draft,
  allocator: Addresses,
  router: IntentRow<"Router">,
  { id, subnet: reference, address, options }: Claim,
): void {
  const [taken] = draft.find("Router_Interface", "byClaim", id);
  if (taken !== undefined)
    throw new FairwayError("conflict", `router interface ${id} is there already; choose another id`);
  const subnet = subnetOf(draft, reference);
  const network = referred(draft.get("Network", subnet.network));
  const known = interfaceOf(draft, network._uuid);
  if (known !== undefined && Object.values(known.claims).includes(subnet._uuid))
    throw new FairwayError(
      "conflict",
      `subnet ${subnet.cidr} of network ${network.name} has an interface on router ${draft.get("Router", known.router)?.name} already`,
    );
  attach(draft, allocator, router, network, {
    addresses: [...(known?.addresses ?? []), ...(address === undefined ? [] : [address])],
    options: { ...known?.options, ...options },
  });
  const row = referred(interfaceOf(draft, network._uuid));
  draft.update("Router_Interface", row._uuid, { claims: { ...row.claims, [id]: subnet._uuid } });
}

/** Gives up a claim, and with the last one of a network its interface. Throws `not_found`. */
export function unclaim(draft: Draft, id: string): void {
  const [known] = draft.find("Router_Interface", "byClaim", id);
  if (known === undefined) throw new FairwayError("not_found", `no router interface ${id}`);
  const { [id]: gone, ...claims } = known.claims;
  if (Object.keys(claims).length === 0) return detach(draft, known.network);
  const subnet = draft.get("Subnet", gone ?? "");
  const isIn = (ip: string) => subnet !== undefined && contains(cidrOf(subnet), parseIp(ip));
  for (const ip of known.addresses.filter(isIn)) letGo(draft, subnet === undefined ? [] : [subnet], ip);
  draft.update("Router_Interface", known._uuid, {
    claims,
    addresses: known.addresses.filter((ip) => !isIn(ip)),
  });
}
