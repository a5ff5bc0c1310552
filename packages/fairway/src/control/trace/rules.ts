import type { Tables } from "../../compile/northbound/generated/northbound.ts";
import type { TableHit } from "./trace-text.ts";

type Acl = Pick<Tables["ACL"], "match" | "priority" | "external_ids">;
type Flow = Pick<TableHit, "match" | "priority">;

/** What the drops of ours are for, by the name of the guard: see `compile/northbound/guards.ts`, `apart.ts` and `wire-uplink.ts`. */
const guards: Readonly<Record<string, string>> = {
  dhcp: "containers may not answer as DHCP servers",
  dhcpv6: "containers may not answer as DHCPv6 servers",
  gateway4: "nobody but the gateway may send under its address",
  gateway6: "nobody but the gateway may send under its address",
  router4: "nobody but the router may send under its external address",
  router6: "nobody but the router may send under its external address",
  icc: "containers of this network are kept apart (icc=false)",
  "uplink-from-wire": "nothing reaches a host from the wire by its interface for containers",
  "uplink-broadcast": "nothing that is for everybody reaches a host's interface for containers",
};

/** northd adds so much to the priority of a rule (northd(8), "from-lport ACLs"). */
const priorityOffset = 1_000;

/**
 * Says of a flow what rule of Fairway's it is made of; undefined where it is none that a person has to know.
 * northd puts a rule's match, as it is, into the flow's.
 */
export function rulesInWords(acls: Iterable<Acl>): (flow: Flow) => string | undefined {
  const known = Array.from(acls).flatMap(({ match, priority, external_ids }) => {
    const guard = external_ids["fairway-guard"];
    const words = guard === undefined ? external_ids["fairway-rule"] : (guards[guard] ?? guard);
    return words === undefined ? [] : [{ match, priority: priority + priorityOffset, words }];
  });
  return (flow) =>
    known.find((rule) => rule.priority === flow.priority && flow.match.includes(rule.match))?.words;
}
