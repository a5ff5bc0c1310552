import type { Mutant } from "./mutant.ts";

const watch = "packages/fairway/src/control/binding-watch.ts";
const foreign = "packages/fairway/src/control/foreign-bindings.ts";
const offences = "packages/fairway/src/control/binding-offences.ts";
const watchTest = "packages/fairway/test/control/binding-watch.test.ts";
const requestedTest = "packages/fairway/test/control/requested-chassis.test.ts";
const attacks = "test/e2e/attacks/port-bindings.test.ts";

/** Ports stay with the chassis of their host. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "an endpoint's port asks for the chassis of its host",
    file: "packages/fairway/src/compile/northbound/endpoint.ts",
    from: "        options: requestedChassis(ownHost(view, endpoint)),\n",
    to: "",
    test: attacks,
    title: "does not take up",
  },
  {
    breaks: "a host's own port asks for its chassis",
    file: "packages/fairway/src/compile/northbound/host-access.ts",
    from: "          options: requestedChassis(host),\n",
    to: "",
    test: requestedTest,
  },
  {
    breaks: "a chassis whose name has a comma is not asked for",
    file: "packages/fairway/src/compile/northbound/requested-chassis.ts",
    from: ' || host.system_id.includes(",")',
    to: "",
    test: requestedTest,
  },
  {
    breaks: "a chassis' new name touches the ports that ask for it",
    file: "packages/fairway/src/compile/tracking/readers.ts",
    from: "(columns & changed) !== 0",
    to: "columns === 0",
    test: requestedTest,
  },
  {
    breaks: "also a host that only asked has a port of its own",
    file: "packages/fairway/src/intent/host-access.ts",
    from: "asking.filter((host) => !present.includes(host))",
    to: "[]",
    test: requestedTest,
  },
  {
    breaks: "a port that is taken is taken back",
    file: watch,
    from: "this.#suspect(change.new, change.old);",
    to: "continue;",
    test: attacks,
    title: "takes with its key",
  },
  {
    breaks: "a binding that was taken is as it was",
    file: foreign,
    from: "was != null && nameOf(was) === ownChassis(port)",
    to: "was === undefined",
    test: watchTest,
    title: "back with its own",
  },
  {
    breaks: "further chassis are taken out",
    file: foreign,
    from: "? additional_chassis : [chassis, ...additional_chassis]",
    to: "? additional_chassis : [chassis]",
    test: watchTest,
    title: "back with its own",
  },
  {
    breaks: "an uplink is no chassis'",
    file: foreign,
    from: 'type === "localport" ? null : options["requested-chassis"]',
    to: 'options["requested-chassis"]',
    test: watchTest,
    title: "uplinks are nobody's",
  },
  {
    breaks: "what was changed since it was read is left alone",
    file: foreign,
    from: '          ["chassis", "==", chassis],\n',
    to: "",
    test: watchTest,
    title: "changed since it was read",
  },
  {
    breaks: "options that were changed since they were read are left alone",
    file: foreign,
    from: '          ["options", "==", options],\n',
    to: "",
    test: watchTest,
    title: "changed since it was read",
  },
  {
    breaks: "who was to have a port until now has time",
    file: watch,
    from: 'if (typeof before === "string") this.#excuseFault(port._uuid, `chassis ${before}`);',
    to: "",
    test: watchTest,
    title: "was to have a port until now",
  },
  {
    breaks: "who has a port when it becomes another's has time",
    file: watch,
    from: "if (binding !== undefined) this.#excuse(binding);",
    to: "if (binding !== undefined) this.#suspect(binding, undefined);",
    test: watchTest,
    title: "does not let go in time",
  },
  {
    breaks: "a port stays where it is until its chassis is there",
    file: watch,
    from: " || !this.#hasChassis(ownChassis(port))",
    to: "",
    test: watchTest,
    title: "until its new chassis",
  },
  {
    breaks: "what is found at the beginning is nobody's doing",
    file: watch,
    from: 'for (const binding of southbound.replica.table("Port_Binding").rows()) this.#excuse(binding);',
    to: 'for (const binding of southbound.replica.table("Port_Binding").rows()) this.#suspect(binding, undefined);',
    test: watchTest,
    title: "when it begins",
  },
  {
    breaks: "nobody is judged by what Northbound was",
    file: watch,
    from: "if (this.#suspicions.size > 0) await northbound.caughtUp(signal);",
    to: "",
    test: watchTest,
    title: "heard of its port before",
  },
  {
    breaks: "ports that are not Fairway's are left alone",
    file: watch,
    from: 'port?.external_ids["fairway"] === undefined ? undefined : port',
    to: "port",
    test: watchTest,
    title: "not Fairway's",
  },
  {
    breaks: "what is said of a host ends with it",
    file: offences,
    from: "this.#offences.delete(old.system_id);",
    to: ";",
    test: watchTest,
    title: "ends with it",
  },
];
