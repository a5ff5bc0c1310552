import type { Mutant } from "./mutant.ts";

const source = (name: string) => `packages/fairway/src/${name}.ts`;
const component = (name: string) => `packages/fairway/test/${name}.test.ts`;
const history = component("center/addresses/address-history");
const reservations = component("center/addresses/reservations");
const manifest = component("cli/manifest");
const manifestErrors = component("cli/manifest-errors");

/** Reservations, who had an address, and manifests. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "what follows from a change is in its transaction",
    file: source("intent/store"),
    from: "      for (const complete of this.#completions) complete(draft);\n",
    to: "",
    test: history,
  },
  {
    breaks: "a use ends when another has the address",
    file: source("center/addresses/address-uses"),
    from: " && has.endpoint === had.endpoint",
    to: "",
    test: history,
  },
  {
    breaks: "the history of one address is bounded",
    file: source("center/addresses/address-uses"),
    from: "earlier.length - remembered.ofAddress + 1",
    to: "0",
    test: history,
  },
  {
    breaks: "an endpoint takes no reserved address",
    file: source("center/addresses/bindings"),
    from: 'address.endpoint === null && address.purpose === "endpoint" && ',
    to: "address.endpoint === null && ",
    test: reservations,
  },
  {
    breaks: "a reservation is changed by whoever has seen it as it is",
    file: source("center/addresses/reservations"),
    from: "  checkRevision(`address ${row.ip}`, revisionOfAddress(row), revisions);\n",
    to: "",
    test: reservations,
  },
  {
    breaks: "only a reservation is released",
    file: source("center/addresses/reservations"),
    from: 'if (row.purpose === "reserved") return row;',
    to: "return row;",
    test: reservations,
  },
  {
    breaks: "what an engine made is not pruned",
    file: source("cli/manifest/plan-removals"),
    from: " && !object.isEngines",
    to: "",
    test: manifest,
  },
  {
    breaks: "a change of a network carries the revision that was planned on",
    file: source("cli/manifest/plan-networks"),
    from: 'changes: [{ operation: "putNetwork", parameters: { reference: present.uuid }, body, ifMatch }],',
    to: 'changes: [{ operation: "putNetwork", parameters: { reference: present.uuid }, body }],',
    test: manifestErrors,
  },
  {
    breaks: "what one change of a transaction drafts and then refuses is not seen by the next",
    file: source("intent/joint-change"),
    from: "const own = new Draft(draft);",
    to: "const own = draft;",
    test: component("intent/joint-change"),
  },
  {
    breaks: "a transaction carries revisions to its changes",
    file: source("api/routes/transactions"),
    from: "ifMatch === undefined ? undefined : [ifMatch]",
    to: "undefined",
    test: component("api/transactions"),
  },
  {
    breaks: "an address that the same transaction has given is not given again",
    file: source("center/addresses/addresses"),
    from: "if (isDrafted(draft, subnet, ip)) return false;",
    to: "",
    test: component("center/addresses/drafted-addresses"),
  },
  {
    breaks: "addresses of a subnet that is not committed are the draft's alone",
    file: source("center/addresses/addresses"),
    from: 'if (!isSameSpace(this.#view.get("Subnet", subnet._uuid), subnet)) return allocatorOf(draft, subnet);',
    to: "",
    test: component("center/addresses/drafted-addresses"),
  },
  {
    breaks: "principals and tokens are events for administrators alone",
    file: source("center/events/event-feed"),
    from: "if (asked?.some((noun) => administratorsNouns.includes(noun))) mayAdminister(caller);",
    to: "",
    test: component("center/events/event-feed"),
  },
  {
    breaks: "a port changes for whoever has seen it as it is",
    file: source("center/endpoints/ports"),
    from: "  checkRevision(`port ${row.name}`, revisionOfPort(view, row), revisions);\n",
    to: "",
    test: component("center/endpoints/ports"),
  },
];
