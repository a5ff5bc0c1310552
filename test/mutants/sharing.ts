import type { Mutant } from "./mutant.ts";

const asked = "packages/fairway/test/center/tenancy/sharing.test.ts";
const engines = "packages/fairway/test/center/tenancy/docker-sharing.test.ts";
const references = "packages/fairway/test/api/shared-references.test.ts";
const events = "packages/fairway/test/center/events/shared-network.test.ts";
const manifest = "packages/fairway/test/cli/manifest-levels.test.ts";

/** Networks that organizations share. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "who only shares a network changes nothing of it",
    file: "packages/fairway/src/center/access/seen.ts",
    from: "    return ownersOf(this.whole, table, row).includes(this.organization);\n",
    to: "    return super.shows(table, row);\n",
    test: references,
  },
  {
    breaks: "who shares a network sees no others' ports there",
    file: "packages/fairway/src/center/access/whose.ts",
    from: "  Endpoint: ofGuest,\n",
    to: '  Endpoint: (view, { network }) => view.get("Network", network)?.shared_with[0],\n',
    test: asked,
  },
  {
    breaks: "what is on a network is shown to whom it is shared with for as long as it is",
    file: "packages/fairway/src/center/access/whose.ts",
    from: 'view.get("Network", network)?.shared_with.includes(organization) === true;',
    to: "true;",
    test: engines,
  },
  {
    breaks: "who shares a network sees neither its zone nor with whom else it is shared",
    file: "packages/fairway/src/center/views.ts",
    from: "sharedWith(zone === undefined ? view : whole, row)",
    to: "sharedWith(whole, row)",
    test: asked,
  },
  {
    breaks: "a network is shared with others alone",
    file: "packages/fairway/src/center/tenancy/sharing.ts",
    from: "  if (owner !== organization._uuid) return organization;\n",
    to: "  if (owner !== null) return organization;\n",
    test: asked,
  },
  {
    breaks: "sharing does not end while the other has ports there",
    file: "packages/fairway/src/center/tenancy/sharing.ts",
    from: "  if (ports.length > 0) throw inUseBy(what",
    to: "  if (ports.length > 99) throw inUseBy(what",
    test: asked,
  },
  {
    breaks: "sharing does not end while the other's engines have addresses there",
    file: "packages/fairway/src/center/tenancy/sharing.ts",
    from: "  if (addresses.length > 0) throw",
    to: "  if (addresses.length > 99) throw",
    test: engines,
  },
  {
    breaks: "what is for whom a network is not shared with is refused",
    file: "packages/fairway/src/center/tenancy/sharing.ts",
    from: "  if (network.shared_with.includes(organization._uuid)) return organization._uuid;\n",
    to: "  if (network !== undefined) return organization._uuid;\n",
    test: asked,
  },
  {
    breaks: "an engine's network gets no container once its organization shares the network no more",
    file: "packages/fairway/src/center/docker/docker-endpoints.ts",
    from: "    checkStillShared(draft, place.network, organization);\n",
    to: "",
    test: engines,
  },
  {
    breaks: "a container's address counts for whom its engine's network is",
    file: "packages/fairway/src/center/docker/pool-addresses.ts",
    from: '      organization: role === "endpoint" ? organization : null,\n',
    to: "      organization: null,\n",
    test: engines,
  },
  {
    breaks: "an address of one organization is for no container of another",
    file: "packages/fairway/src/center/addresses/bindings.ts",
    from: "    checkSameGuest(address, endpoint);\n",
    to: "",
    test: engines,
  },
  {
    breaks: "an organization goes with its shares",
    file: "packages/fairway/src/center/tenancy/organizations.ts",
    from: "    endSharing(draft, uuid);\n",
    to: "",
    test: asked,
  },
  {
    breaks: "an organization that has ports on others' networks stays",
    file: "packages/fairway/src/center/tenancy/sharing.ts",
    from: '  if (ports.length > 0) return { noun: "port"',
    to: '  if (ports.length > 99) return { noun: "port"',
    test: asked,
  },
  {
    breaks: "with whom a network was shared hears of the end",
    file: "packages/fairway/src/center/events/touched-objects.ts",
    from: ", before.old(table, touched.uuid)]",
    to: "]",
    test: events,
  },
  {
    breaks: "addresses that rest on a shared network are its owner's",
    file: "packages/fairway/src/center/addresses/used-addresses.ts",
    from: "this.#resting(ownedBy(context.caller, this.#view), subnets)",
    to: "this.#resting(view, subnets)",
    test: asked,
  },
  {
    breaks: "what a packet meets on a shared network is its owner's",
    file: "packages/fairway/src/center/traces/traces.ts",
    from: "    checkOwnWay(ownedBy(context.caller, this.#view), departure);\n",
    to: "",
    test: references,
  },
  {
    breaks: "what the center has lost is shared again",
    file: "packages/fairway/src/center/docker/claims.ts",
    from: "      shared_with: sharedWith,\n",
    to: "      shared_with: [],\n",
    test: engines,
  },
  {
    breaks: "a file says with whom a network is shared",
    file: "packages/fairway/src/cli/manifest/describe-cluster.ts",
    from: "      ...(sharedWith.length > 0 && { sharedWith }),\n",
    to: "",
    test: manifest,
  },
];
