import type { Mutant } from "./mutant.ts";

const levels = "packages/fairway/test/center/tenancy/levels.test.ts";
const docker = "packages/fairway/test/center/tenancy/docker-levels.test.ts";
const manifest = "packages/fairway/test/cli/manifest-levels.test.ts";

const seen = "packages/fairway/test/api/organizations.test.ts";
const foreign = "packages/fairway/test/api/foreign-references.test.ts";
const own = "packages/fairway/test/api/own-changes.test.ts";
const gateways = "packages/fairway/test/api/domain-gateways.test.ts";
const traces = "packages/fairway/test/control/trace/organizations.test.ts";

/** Organizations, domains and zones. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "a domain has its zones' networks alone",
    file: "packages/fairway/src/center/routers/attachments.ts",
    from: "  if (router.organization === null) return;\n",
    to: "  return;\n",
    test: levels,
  },
  {
    breaks: "a network in a zone stays on its domain's router",
    file: "packages/fairway/src/center/routers/attachments.ts",
    from: "  if (network.zone !== null) {\n",
    to: "  if (network.zone === undefined) {\n",
    test: levels,
  },
  {
    breaks: "no route target leads out of a domain, also one that comes later",
    file: "packages/fairway/src/center/networks/network-changes.ts",
    from: '  checkInZone(referred(draft.get("Network", row._uuid)));\n',
    to: "",
    test: levels,
  },
  {
    breaks: "an engine's network in a zone joins that which was made beforehand",
    file: "packages/fairway/src/center/docker/docker-networks.ts",
    from: "    if (there !== undefined) {\n",
    to: "    if (there === null) {\n",
    test: docker,
  },
  {
    breaks: "what waited for a network in a zone ends when it is joined",
    file: "packages/fairway/src/center/docker/zone-networks.ts",
    from: "    if (waiting !== undefined) deleteSubnet(draft, waiting._uuid);\n",
    to: "",
    test: docker,
  },
  {
    breaks: "what waited for a network in a zone ends when the engine gives it up",
    file: "packages/fairway/src/center/docker/level-pools.ts",
    from: "    if (isMeant) deleteSubnet(draft, waiting._uuid);\n",
    to: "",
    test: docker,
  },
  {
    breaks: "all four levels are needed",
    file: "packages/fairway/src/center/docker/level-options.ts",
    from: 'const needed = ["organization", "domain", "zone", "subnet"] as const;',
    to: 'const needed = ["organization", "domain", "subnet"] as const;',
    test: docker,
  },
  {
    breaks: "levels are made on the way only where the center says so",
    file: "packages/fairway/src/center/docker/pools.ts",
    from: "    const mayBeMade = this.#makesLevels && isNameInZone(name);\n",
    to: "    const mayBeMade = isNameInZone(name);\n",
    test: docker,
  },
  {
    breaks: "of an organization only what belongs to it is seen",
    file: "packages/fairway/src/center/access/seen.ts",
    from: "return organizationsOf(this.whole, table, row).includes(this.organization);",
    to: "return organizationsOf(this.whole, table, row).length > 0;",
    test: seen,
  },
  {
    breaks: "a row by its UUID is seen by its organization alone",
    file: "packages/fairway/src/center/access/seen.ts",
    from: "return row !== undefined && this.#isSeen(table, row) ? row : undefined;",
    to: "return row;",
    test: seen,
  },
  {
    breaks: "addresses that rest are the organization's alone",
    file: "packages/fairway/src/center/addresses/used-addresses.ts",
    from: 'own.get("Subnet", subnet) !== undefined && ',
    to: "",
    test: seen,
  },
  {
    breaks: "a domain is made before its zones",
    file: "packages/fairway/src/cli/manifest/kinds.ts",
    from: '  "Organization",\n  "Domain",\n  "Zone",\n',
    to: '  "Organization",\n  "Zone",\n  "Domain",\n',
    test: manifest,
  },
  {
    breaks: "the levels of a network that stays are not pruned",
    file: "packages/fairway/src/cli/manifest/plan-removals.ts",
    from: "    if (staying.some((other) => needsOf(other).includes(keyOfContent(content)))) return false;\n",
    to: "",
    test: manifest,
  },
  {
    breaks: "a member of an organization names what is its own alone",
    file: "packages/fairway/src/center/access/changed.ts",
    from: '  if (caller.role !== "viewer") return ownedBy(caller, view);\n',
    to: '  if (caller.role !== "viewer") return view;\n',
    test: foreign,
  },
  {
    breaks: "nobody makes another's object his own by its UUID",
    file: "packages/fairway/src/center/access/changed.ts",
    from: "  if (view.get(table, uuid) === undefined || own.get(table, uuid) !== undefined) return;\n",
    to: "  if (table !== undefined || view === own) return;\n",
    test: foreign,
  },
  {
    breaks: "what a member of an organization makes is in its levels",
    file: "packages/fairway/src/center/access/changed.ts",
    from: "  if (name.startsWith(start)) return;\n",
    to: "  if (name !== start) return;\n",
    test: foreign,
  },
  {
    breaks: "no wire is an organization's to say",
    file: "packages/fairway/src/center/networks/networks.ts",
    from: "  checkCarrier(caller, wish.spec);\n",
    to: "",
    test: foreign,
  },
  {
    breaks: "a gateway is no organization's to change or take",
    file: "packages/fairway/src/center/routers/routers.ts",
    from: "      checkGateway(context.caller, gateway);\n",
    to: "",
    test: gateways,
  },
  {
    breaks: "a member takes no gateway by removing its domain",
    file: "packages/fairway/src/center/routers/routers.ts",
    from: "      checkGateway(context.caller, before.gateway ?? undefined);\n",
    to: "",
    test: gateways,
  },
  {
    breaks: "an organization sees its domain's gateway with the network that is not its own",
    file: "packages/fairway/src/center/routers/router-view.ts",
    from: "    gateway: gatewayView(wholeOf(view), row._uuid),\n",
    to: "    gateway: gatewayView(view, row._uuid),\n",
    test: gateways,
  },
  {
    breaks: "a trace of an organization's knows its domain's gateway",
    file: "packages/fairway/src/center/traces/ending.ts",
    from: "  const outside = byGateway(wholeOf(view), departure, path);\n",
    to: "  const outside = byGateway(view, departure, path);\n",
    test: traces,
  },
  {
    breaks: "a file's domain is made after the network that it leaves by",
    file: "packages/fairway/src/cli/manifest/kinds.ts",
    from: "    return [...needsOf(document.content).flatMap((needed) => place(byKey.get(needed))), document];\n",
    to: "    return [document];\n",
    test: "packages/fairway/test/cli/manifest-gateways.test.ts",
  },
  {
    breaks: "of an organization only hosts on which it has something are found",
    file: "packages/fairway/src/center/access/seen.ts",
    from: '    if (table === "Host") return this.#hasSomethingOn(row._uuid);\n',
    to: "",
    test: foreign,
  },
  {
    breaks: "a reader hears of what belongs to its organization alone",
    file: "packages/fairway/src/center/events/event-feed.ts",
    from: "organization === undefined || next.organizations.includes(organization);",
    to: "organization !== null;",
    test: own,
  },
  {
    breaks: "the organization of what is removed is known when its network has gone, too",
    file: "packages/fairway/src/center/events/touched-objects.ts",
    from: "    get: (table, uuid) => view.get(table, uuid) ?? old(table, uuid),\n",
    to: "    get: (table, uuid) => view.get(table, uuid),\n",
    test: own,
  },
  {
    breaks: "a trace tells an organization of its own alone",
    file: "packages/fairway/src/center/traces/traces.ts",
    from: "    const view = seenBy(context.caller, this.#view);\n",
    to: "    const view = this.#view;\n",
    test: traces,
  },
];
