import type { Tables } from "../../compile/northbound/generated/northbound.ts";

type Acl = Pick<Tables["ACL"], "match" | "external_ids">;

/** What the drops of ours are for, by the name of the guard: see `compile/northbound/guards.ts` and `wire-uplink.ts`. */
const guards: Readonly<Record<string, string>> = {
  dhcp: "containers may not answer as DHCP servers",
  dhcpv6: "containers may not answer as DHCPv6 servers",
  gateway4: "nobody but the gateway may send under its address",
  gateway6: "nobody but the gateway may send under its address",
  router4: "nobody but the router may send under its external address",
  router6: "nobody but the router may send under its external address",
  "uplink-from-wire": "nothing reaches a host from the wire by its interface for containers",
  "uplink-broadcast": "nothing that is for everybody reaches a host's interface for containers",
};

/**
 * Says of a flow's match what rule of Fairway's it is made of; undefined where it is none that a person has to know.
 * northd puts a rule's match, as it is, into the flow's (northd(8), "from-lport ACLs").
 */
export function guardsInWords(acls: Iterable<Acl>): (match: string) => string | undefined {
  const known = Array.from(acls).flatMap(({ match, external_ids }) => {
    const guard = external_ids["fairway-guard"];
    return guard === undefined ? [] : [{ match, words: guards[guard] ?? guard }];
  });
  return (match) => known.find((rule) => match.includes(rule.match))?.words;
}
