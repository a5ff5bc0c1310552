import type { Mutant } from "./mutant.ts";

const center = "packages/fairway/src/center/endpoints/further-addresses.ts";
const bindings = "packages/fairway/src/center/addresses/bindings.ts";
const intent = "packages/fairway/src/intent/further-addresses.ts";
const rows = "packages/fairway/src/compile/northbound/endpoint.ts";
const test = "packages/fairway/test/center/endpoints/further-addresses.test.ts";

/** What an endpoint may use beside its own addresses. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "a further address of somebody else is refused",
    file: bindings,
    from: "  if (!addresses.take(draft, subnet, ip)) return false;\n  checkQuotaOn",
    to: "  addresses.take(draft, subnet, ip);\n  checkQuotaOn",
    test,
  },
  {
    breaks: "nobody speaks for a part of the network's own subnet",
    file: center,
    from: "  if (!isSingle(cidr))\n",
    to: "  if (cidr.prefix < 8)\n",
    test,
  },
  {
    breaks: "nobody speaks for the routers' link-local addresses",
    file: center,
    from: "  if (reserved !== undefined) throw refusal",
    to: '  if (reserved === "") throw refusal',
    test,
  },
  {
    breaks: "two endpoints do not speak for one subnet",
    file: center,
    from: "other._uuid === _uuid ? undefined",
    to: "other._uuid !== _uuid ? undefined",
    test,
  },
  {
    breaks: "a port lets go of what it names no more",
    file: center,
    from: "    if (!named.includes(ip)) freeAddress(draft, _uuid);\n",
    to: "    if (named.length > 9) freeAddress(draft, _uuid);\n",
    test,
  },
  {
    breaks: "further addresses go with their endpoint",
    file: bindings,
    from: "of heldAddresses(draft, endpoint)) {\n    const isManaged",
    to: 'of draft.find("Address", "byEndpoint", endpoint)) {\n    const isManaged',
    test,
  },
  {
    breaks: "further addresses are free at once",
    file: bindings,
    from: ' && purpose !== "further";',
    to: ";",
    test,
  },
  {
    breaks: "an endpoint is reached at its further addresses",
    file: rows,
    from: "...ips, ...furtherIps(view, uuid).toSorted()]",
    to: "...ips]",
    test,
  },
  {
    breaks: "what is outside of the network's subnets passes",
    file: intent,
    from: "...outside.map(formatCidr)].sort()",
    to: "...outside.map(formatCidr).slice(9)].sort()",
    test,
  },
];
