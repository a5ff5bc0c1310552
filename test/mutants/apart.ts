import type { Mutant } from "./mutant.ts";

const rows = "packages/fairway/src/compile/northbound/apart.ts";
const compiled = "packages/fairway/test/compile/northbound/apart.test.ts";
const chassis = "packages/fairway/test/control/apart-on-chassis.test.ts";
const rate = "packages/fairway/src/compile/northbound/rate.ts";
const rates = "packages/fairway/test/compile/northbound/rate.test.ts";

/** Members of a network that are kept apart, and how much an endpoint may send and receive. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "a promiscuous member is in no group",
    file: rows,
    from: "  if (!isApart(network) || isPromiscuous(endpoint)) return [];\n",
    to: "  if (!isApart(network)) return [];\n",
    test: compiled,
  },
  {
    breaks: "a promiscuous member's MAC address is in no set",
    file: rows,
    from: "hasPort(endpoint, membershipOf(view, endpoint)) && !isPromiscuous(endpoint)",
    to: "hasPort(endpoint, membershipOf(view, endpoint))",
    test: compiled,
  },
  {
    breaks: "a network that keeps nobody apart has no rows of it",
    file: rows,
    from: "network === undefined || !isApart(network)",
    to: "network === undefined",
    test: compiled,
  },
  {
    breaks: "nothing leads by the gateway from a member to another",
    file: rows,
    from: "(ip4.dst == $${ip4} || ip6.dst == $${ip6})",
    to: "ip6.dst == $${ip6}",
    test: chassis,
  },
  {
    breaks: "addresses that OVN does not know, and what is sent to everybody, do not come to a member",
    file: rows,
    from: "outport == @${name} && eth.src == $${macs}",
    to: "outport == @${name} && (ip4.src == $${ip4} || ip6.src == $${ip6}) && !eth.mcast",
    test: chassis,
  },
  {
    breaks: "members that may send under any MAC address are not kept apart",
    file: "packages/fairway/src/center/networks/network-rows.ts",
    from: '  if (!isApart(network) || portSecurityOf(network) !== "off") return;\n',
    to: "  return;\n",
    test: compiled,
  },
  {
    breaks: "an endpoint's network is known also where its port is in a group",
    file: "packages/fairway/src/control/northbound.ts",
    from: "referrersOf(external_ids).find((each) => this.#isSwitch(each))",
    to: "referrersOf(external_ids).find((each) => switches.get(each) === undefined)",
    test: compiled,
  },
  {
    breaks: "a bucket holds half a second of the rate",
    file: rate,
    from: "Math.ceil(rate / 2)",
    to: "Math.ceil(rate / 10)",
    test: rates,
  },
  {
    breaks: "a bucket holds the largest packet",
    file: rate,
    from: "Math.max(Math.ceil(rate / 2), largestPacket)",
    to: "Math.ceil(rate / 2)",
    test: rates,
  },
  {
    breaks: "a rate is for what is received, too",
    file: rate,
    from: 'row("to-lport", `outport == "${uuid}"`)',
    to: 'row("to-lport", `inport == "${uuid}"`)',
    test: rates,
  },
];
