import type { Mutant } from "./mutant.ts";

const noun = "packages/fairway/src/center/vips/vips.ts";
const members = "packages/fairway/src/intent/vips.ts";
const center = "packages/fairway/test/center/vips/vips.test.ts";
const manifest = "packages/fairway/test/cli/manifest-vips.test.ts";

/** Addresses that their members have in turn. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "a VIP is an address that nobody has",
    file: noun,
    from: "    if (this.#addresses.take(draft, subnet, ip)) return",
    to: "    this.#addresses.take(draft, subnet, ip);\n    if (ip !== '') return",
    test: center,
  },
  {
    breaks: "a VIP's address is free when it is removed",
    file: noun,
    from: 'if (purpose === "vip") freeAddress',
    to: 'if (purpose === "router") freeAddress',
    test: center,
  },
  {
    breaks: "a member that is gone stays named",
    file: noun,
    from: "!known.includes(name) && ",
    to: "",
    test: center,
  },
  {
    breaks: "members send from their VIP",
    file: "packages/fairway/src/compile/northbound/endpoint.ts",
    from: "          ...vipsOf(view, endpoint),\n",
    to: "",
    test: center,
  },
  {
    breaks: "OVN looks for a VIP at its members",
    file: "packages/fairway/src/compile/northbound/vip.ts",
    from: '"virtual-parents": parents.join(",")',
    to: '"virtual-parents": parents.slice(9).join(",")',
    test: center,
  },
  {
    breaks: "a container is a member by its name",
    file: members,
    from: "return [...(port === undefined ? [] : [port]), ...containers]",
    to: "return [...(port === undefined ? [] : [port]), ...containers.slice(9)]",
    test: center,
  },
  {
    breaks: "with whom a network is shared is no member",
    file: members,
    from: "=> organization === null;",
    to: "=> organization !== '';",
    test: center,
  },
  {
    breaks: "a subnet with a VIP stays",
    file: "packages/fairway/src/center/networks/subnet-changes.ts",
    from: '["endpoint", "further", "vip"]',
    to: '["endpoint", "further"]',
    test: center,
  },
  {
    breaks: "a VIP goes with its network",
    file: "packages/fairway/src/center/networks/network-rows.ts",
    from: '  for (const vip of draft.find("Vip", "byNetwork", uuid)) draft.delete("Vip", vip._uuid);\n',
    to: "",
    test: center,
  },
  {
    breaks: "VIPs count to an organization's addresses",
    file: "packages/fairway/src/center/addresses/bindings.ts",
    from: '["endpoint", "reserved", "vip"]',
    to: '["endpoint", "reserved"]',
    test: center,
  },
  {
    breaks: "--prune keeps the ports that a VIP of the file names",
    file: "packages/fairway/src/cli/manifest/kinds.ts",
    from: ', ...content.members.map((name) => keyOf("Port", name))]',
    to: "]",
    test: manifest,
  },
];
