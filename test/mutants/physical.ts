import type { Mutant } from "./mutant.ts";

const ranges = "packages/fairway/src/center/physical-networks/segment-ranges.ts";
const test = "packages/fairway/test/center/physical-networks/segment-ranges.test.ts";

const wireUplinks = "packages/fairway/test/agent/uplinks/wire-uplinks.test.ts";

/** Physical networks. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "ranges that meet are refused",
    file: ranges,
    from: "before.last >= range.first",
    to: "before.last > range.first + 10",
    test,
  },
  {
    breaks: "a taken VLAN or VNI is nobody else's",
    file: ranges,
    from: "if (!taken.has(segment)) return segment;",
    to: "return segment;",
    test,
  },
  {
    breaks: "a VLAN is at most 4094",
    file: ranges,
    from: "range.last <= highest",
    to: "true",
    test,
  },
  {
    breaks: "nobody on a wire reaches a host by its uplink there",
    file: "packages/fairway/src/compile/northbound/wire-uplink.ts",
    from: '    drop("uplink-from-wire", "from-lport", `inport == "${wire}" && eth.dst == ${mac}`),\n',
    to: "",
    test: "packages/fairway/test/compile/northbound/wire-uplink.test.ts",
  },
  {
    breaks: "an uplink to a wire leads to its host's own containers alone",
    file: "packages/fairway/src/compile/host/uplink.ts",
    from: '.find("Endpoint", "byNetworkHost", keyOf(network, host))',
    to: '.find("Endpoint", "byNetwork", network)',
    test: "packages/fairway/test/compile/northbound/wire-uplink.test.ts",
  },
  {
    breaks: "a host leads nothing on for a container on a wire",
    file: "packages/fairway/src/agent/firewall/ruleset.ts",
    from: "    iifname @wire_uplinks ct direction original ct status & dnat == 0 th dport != ${port} drop\n",
    to: "",
    test: wireUplinks,
  },
  {
    breaks: "a container on a wire that is gone is not led to any more",
    file: "packages/fairway/src/agent/uplinks/routing.ts",
    from: "    if (router === undefined) await this.#leadNoFurther(index, new Set(cidrs));\n",
    to: "",
    test: wireUplinks,
  },
  {
    breaks: "what a host forwards is not led to its containers on a wire",
    file: "packages/fairway/src/agent/uplinks/routing-message.ts",
    from: "table: wireAccessTable, isOwn: true }",
    to: "table: wireAccessTable }",
    test: wireUplinks,
  },
  {
    breaks: "the kernel does not answer in a network's place for the host's addresses",
    file: "packages/fairway/src/agent/ports/links.ts",
    from: "alias, silentInArp], { up: true }",
    to: "alias], { up: true }",
    test: wireUplinks,
  },
  {
    breaks: "a container on two wires gets no route twice",
    file: "packages/fairway/src/docker/sandbox-routes.ts",
    from: "!given.has(destination) && !there.has(destination)",
    to: "!there.has(destination)",
    test: "packages/fairway/test/docker/sandbox-routes.test.ts",
  },
  {
    breaks: "an address that somebody else has on the wire is not given",
    file: "packages/fairway/src/docker/pool.ts",
    from: "if (holder === undefined) return address;",
    to: "return address;",
    test: "packages/fairway/test/docker/taken-addresses.test.ts",
  },
  {
    breaks: "an address that a LAN's server gives and somebody else has is declined",
    file: "packages/fairway/src/docker/leased-address.ts",
    from: "if (isConflict(error)) await agent.leases.decline(lease);",
    to: "if (isConflict(error)) await agent.leases.release(lease.network, lease.ip);",
    test: "packages/fairway/test/docker/leased-addresses.test.ts",
  },
  {
    breaks: "an endpoint is not kept whose address the LAN's server does not give to its MAC address",
    file: "packages/fairway/src/docker/endpoint.ts",
    from: "      await unlessUnknown(api.deleteDockerEndpoint(key, call.releaseOptions()));\n      throw error;\n",
    to: "      throw error;\n",
    test: "packages/fairway/test/docker/leased-addresses.test.ts",
  },
  {
    breaks: "a lease that the server refuses is lost",
    file: "packages/fairway/src/agent/leases/lease.ts",
    from: 'if (answer === "refused" || answer.ip !== lease.ip)',
    to: 'if (answer === "refused")',
    test: "packages/fairway/test/agent/leases/lease.test.ts",
  },
  {
    breaks: "a lease of an address that comes back is not given back for the one before it",
    file: "packages/fairway/src/agent/leases/leases.ts",
    from: "    this.#leases.delete(key);\n    // The next lease of that address is another one.\n    this.#unused.forget(key);\n",
    to: "    this.#leases.delete(key);\n",
    test: "packages/fairway/test/agent/leases/leases.test.ts",
  },
  {
    breaks: "how long a thing has been so is forgotten with the thing",
    file: "packages/fairway/src/agent/leases/first-seen.ts",
    from: "if (!keys.has(key)) this.#atMs.delete(key);",
    to: "if (!keys.has(key)) continue;",
    test: "packages/fairway/test/agent/leases/first-seen.test.ts",
  },
  {
    breaks: "classless routes come before the router",
    file: "packages/fairway/src/docker/leased-routes.ts",
    from: "lease.routes.length > 0 ? byRoutes : lease.routers[0]",
    to: "lease.routers[0] ?? byRoutes",
    test: "packages/fairway/test/docker/leased-addresses.test.ts",
  },
  {
    breaks: "an engine's default subnet is its first network's alone",
    file: "packages/fairway/src/center/docker/pools.ts",
    from: "return waits || networksOverlapping(view, cidr).length > 0 ? undefined : text;",
    to: "return text;",
    test: "packages/fairway/test/docker/options.test.ts",
  },
  {
    breaks: "no DHCP server is asked where VXLAN carries the frames",
    file: "packages/fairway/src/center/physical-networks/placement.ts",
    from: 'type === "vlan" || type === "flat") return;',
    to: 'type === "vlan" || type === "flat" || type === "vtep") return;',
    test: "packages/fairway/test/center/physical-networks/leased-networks.test.ts",
  },
  {
    breaks: "a network of a local physical network is for no other engine",
    file: "packages/fairway/src/center/physical-networks/placement.ts",
    from: "  if (!isLocal(view, placement)) return scope;\n",
    to: "  if (options !== undefined) return scope;\n",
    test: "packages/fairway/test/center/physical-networks/local-networks.test.ts",
  },
  {
    breaks: "a host takes nothing from routers on a wire",
    file: "packages/fairway/src/agent/firewall/kernel-settings.ts",
    from: '    if (isOnWire) set(`ipv6/conf/${name}/disable_ipv6`, "1");\n',
    to: "",
    test: "test/e2e/physical-lan.test.ts",
    title: "nobody on the wire",
  },
];
