import type { Mutant } from "./mutant.ts";

const provider = "packages/fairway/src/agent/provider-bridges";
const move = `${provider}/nic-move.ts`;
const moveTest = "packages/fairway/test/agent/provider-bridges/nic-move.test.ts";
const configuration = "packages/fairway/src/host/netlink/link-configuration.ts";
const configurationTest = "packages/fairway/test/host/netlink/link-configuration.test.ts";
const trunkTest = "packages/fairway/test/compile/northbound/trunk.test.ts";

/** NICs with the host's address, trunks, and VXLAN to foreign ends. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "what fails half way is given back",
    file: move,
    from: 'if (record.state !== "wanted") await restore(record, parts);',
    to: "",
    test: moveTest,
  },
  {
    breaks: "a move whose time is over is not finished",
    file: move,
    from: "Date.now() > deadline)\n    throw new FairwayError",
    to: "false)\n    throw new FairwayError",
    test: moveTest,
  },
  {
    breaks: "in user space the host hears each frame once",
    file: move,
    from: "  await silence(nic, bridge, datapathType);\n",
    to: "",
    test: moveTest,
  },
  {
    breaks: "what the bridge got since goes back with the rest",
    file: move,
    from: "joined(configurationOf(record), moved)",
    to: "configurationOf(record)",
    test: moveTest,
  },
  {
    breaks: "an address is taken only where its user says so",
    file: `${provider}/provider-bridges.ts`,
    from: "if (item.takeAddress === true && (",
    to: "if ((",
    test: moveTest,
  },
  {
    breaks: "what comes by one VXLAN tunnel goes to no other",
    file: "packages/fairway/src/host/open-vswitch/provider-bridge-rows.ts",
    from: "{ protected: true }",
    to: "{}",
    test: moveTest,
  },
  {
    breaks: "OVN's patch ports in a bridge of ours stay",
    file: "packages/fairway/src/host/open-vswitch/provider-bridge-rows.ts",
    from: "        isOwnedBy(owner, each.external_ids) &&\n",
    to: "",
    test: "packages/fairway/test/agent/provider-bridges/on-the-wire.test.ts",
  },
  {
    breaks: "the kernel's order of IPv6 addresses stays",
    file: configuration,
    from: ".toReversed()",
    to: "",
    test: configurationTest,
  },
  {
    breaks: "a label names the link that it is on",
    file: configuration,
    from: "name !== undefined && (label === name",
    to: "(true || label === name",
    test: configurationTest,
  },
  {
    breaks: "each port of a trunk has its VLAN's tag",
    file: "packages/fairway/src/compile/northbound/trunk.ts",
    from: "          tag: vlan,\n",
    to: "          tag: 1,\n",
    test: trunkTest,
  },
  {
    breaks: "a host has an end for the others that have containers alone",
    file: "packages/fairway/src/compile/host/vxlan-bridge.ts",
    from: "hostsOn(view, network)",
    to: 'Array.from(view.rows("Host"), ({ _uuid }) => _uuid)',
    test: trunkTest,
  },
];
