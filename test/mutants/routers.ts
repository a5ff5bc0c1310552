import type { Mutant } from "./mutant.ts";

const traced = "packages/fairway/test/control/routers.test.ts";
const compiled = "packages/fairway/test/compile/northbound/routers.test.ts";
const noun = "packages/fairway/test/center/routers/routers.test.ts";
const vlcp = "packages/fairway/test/api/vlcp/routers.test.ts";

/** Virtual routers. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "a router leads groups on only if it is asked to",
    file: "packages/fairway/src/compile/northbound/router.ts",
    from: 'knowsGroups(router) ? { mcast_relay: "true" } : {}',
    to: '{ mcast_relay: "true" }',
    test: "packages/fairway/test/control/multicast-on-chassis.test.ts",
  },
  {
    breaks: "a router says which networks take no part in multicast",
    file: "packages/fairway/src/center/routers/router-view.ts",
    from: ".filter((network) => !knowsGroups(network))",
    to: "",
    test: noun,
    title: "R09",
  },
  {
    breaks: "each network's way out has a table of its own",
    file: "packages/fairway/src/compile/northbound/network-router.ts",
    from: 'routeTable: shared === undefined ? "" : own',
    to: 'routeTable: ""',
    test: compiled,
  },
  {
    breaks: "a port of another router is another row",
    file: "packages/fairway/src/compile/northbound/network-router.ts",
    from: "...(shared === undefined ? [] : [uuid])",
    to: "...[]",
    test: traced,
    title: "R02",
  },
  {
    breaks: "the uplink's address is led to the uplink of the own network",
    file: "packages/fairway/src/compile/northbound/egress.ts",
    from: '      to("uplink-route", formatCidr(singleAddress(uplink)), uplink),\n',
    to: "",
    test: traced,
    title: "R01 they reach",
  },
  {
    breaks: "hosts that reach a network are answered by that network's port",
    file: "packages/fairway/src/compile/northbound/egress.ts",
    from: '      ...halvesOf(family).map((half, at) => to(`hosts-route-${at}`, half, "")),\n',
    to: "",
    test: traced,
    title: "R01 N01",
  },
  {
    breaks: "a router's default route comes in the uplinks' place",
    file: "packages/fairway/src/compile/northbound/egress.ts",
    from: "    return [];\n  if (shared !== undefined && legsOf",
    to: "    void 0;\n  if (shared !== undefined && legsOf",
    test: compiled,
    title: "no two routers",
  },
  {
    breaks: "a network without a way out is led to no other one's",
    file: "packages/fairway/src/compile/northbound/egress.ts",
    from: "return transitRoutes([], router);",
    to: "return [];",
    test: traced,
    title: "R01 S03",
  },
  {
    breaks: "overlapping networks are not on one router",
    file: "packages/fairway/src/intent/routers.ts",
    from: "overlaps(cidrOf(own), cidr)",
    to: "false",
    test: noun,
    title: "what a router could not lead to",
  },
  {
    breaks: "a subnet that comes later is looked at, too",
    file: "packages/fairway/src/center/networks/subnet-changes.ts",
    from: "  fitInterface(draft, network);\n",
    to: "",
    test: noun,
    title: "what a router could not lead to",
  },
  {
    breaks: "nobody takes a gateway's address on a wire unasked",
    file: "packages/fairway/src/center/routers/attachments.ts",
    from: 'seen.size > 0 || (mode !== "flat" && ',
    to: "seen.size > 0 || (",
    test: noun,
    title: "R03",
  },
  {
    breaks: "an address of a router is nobody else's",
    file: "packages/fairway/src/center/routers/taken-addresses.ts",
    from: "  holdForRouter(draft, subnet._uuid, ip, name);\n",
    to: "",
    test: noun,
    title: "R03",
  },
  {
    breaks: "an interface goes with its network",
    file: "packages/fairway/src/center/networks/network-rows.ts",
    from: "  detach(draft, uuid);\n",
    to: "",
    test: noun,
    title: "R03",
  },
  {
    breaks: "a network stays while another of its subnets is claimed",
    file: "packages/fairway/src/center/routers/claims.ts",
    from: "if (Object.keys(claims).length === 0) return detach",
    to: "return detach",
    test: vlcp,
  },
];
