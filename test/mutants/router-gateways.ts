import type { Mutant } from "./mutant.ts";

const compiled = "packages/fairway/test/compile/northbound/router-gateway.test.ts";
const noun = "packages/fairway/test/center/routers/gateways.test.ts";
const onChassis = "packages/fairway/test/control/router-gateway-on-chassis.test.ts";
const holders = "packages/fairway/test/control/gateway-holders.test.ts";
const watch = "packages/fairway/test/agent/gateways/gateway-watch.test.ts";

/** External gateways of virtual routers. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "hosts that can be the way out come before those that cannot",
    file: "packages/fairway/src/intent/router-gateways.ts",
    from: "(trouble === undefined ? 0 : 2)",
    to: "0",
    test: compiled,
    title: "R10",
  },
  {
    breaks: "who is the way out keeps that",
    file: "packages/fairway/src/intent/router-gateways.ts",
    from: "(host === holder ? 0 : 1)",
    to: "1",
    test: compiled,
    title: "R10",
  },
  {
    breaks: "networks of a router with a gateway leave by their hosts no more",
    file: "packages/fairway/src/compile/northbound/egress.ts",
    from: "some((leg) => leg.family === family)) return [];",
    to: "some((leg) => leg.family === family)) void 0;",
    test: compiled,
    title: "in a family",
  },
  {
    breaks: "an isolated network does not leave by a gateway",
    file: "packages/fairway/src/intent/router-gateways.ts",
    from: 'return mode !== "isolated" && !internal;',
    to: "return !internal;",
    test: compiled,
    title: "one way out",
  },
  {
    breaks: "with SNAT the wire gets to no network behind the router",
    file: "packages/fairway/src/compile/northbound/router-gateway.ts",
    from: '"drop"),',
    to: '"allow"),',
    test: onChassis,
    title: "by a route",
  },
  {
    breaks: "the wire gets to no host's uplink",
    file: "packages/fairway/src/compile/northbound/router-gateway.ts",
    from: "    ...transitRoutes([], externalRouter(router)),\n",
    to: "",
    test: onChassis,
    title: "by a route",
  },
  {
    breaks: "nobody on the external network has the router's address",
    file: "packages/fairway/src/compile/northbound/guards.ts",
    from: "    ...externalGuards(view, uuid),\n",
    to: "",
    test: onChassis,
    title: "router's name",
  },
  {
    breaks: "a host that was not chosen is no way out",
    file: "packages/fairway/src/center/routers/gateway-hosts.ts",
    from: " || !Object.values(gateway.hosts).includes(host))",
    to: ")",
    test: holders,
    title: "was not chosen",
  },
  {
    breaks: "the Southbound's word is asked for who is the way out",
    file: "packages/fairway/src/control/southbound.ts",
    from: '            ["type", "==", "chassisredirect"],\n',
    to: "",
    test: holders,
    title: "comes first",
  },
  {
    breaks: "hosts look for each other often",
    file: "packages/fairway/src/control/northbound.ts",
    from: '        op.mutate("NB_Global", byUuid(uuid), [["options", "insert", LIVELINESS]]),\n',
    to: "",
    test: holders,
    title: "ten times",
  },
  {
    breaks: "a host is well again only after a while",
    file: "packages/fairway/src/agent/gateways/readiness.ts",
    from: "nowMs - this.#wellSinceMs >= steadyMs",
    to: "nowMs >= this.#wellSinceMs",
    test: watch,
    title: "after a second",
  },
  {
    breaks: "a NIC without a carrier is no way out",
    file: "packages/fairway/src/agent/gateways/next-hop.ts",
    from: "    if (!link.carrier) return `its interface ${nic} has no carrier`;\n",
    to: "",
    test: watch,
    title: "tells whether",
  },
  {
    breaks: "what a host sends into a network that leaves by a gateway has the uplink's address",
    file: "packages/fairway/src/agent/firewall/ruleset.ts",
    from: ' || item.leavesElsewhere === true) add("elsewhere"',
    to: ') add("elsewhere"',
    test: "packages/fairway/test/agent/firewall/ruleset.test.ts",
    title: "R04",
  },
  {
    breaks: "the external network stays while a router leaves by it",
    file: "packages/fairway/src/center/networks/networks.ts",
    from: "      checkNotExternal(draft, row);\n",
    to: "",
    test: noun,
    title: "stay while",
  },
  {
    breaks: "a gateway and a default route are not for the same destinations",
    file: "packages/fairway/src/center/routers/routers.ts",
    from: "      checkDefaultRoutes(draft, row);\n",
    to: "",
    test: noun,
    title: "one way",
  },
];
