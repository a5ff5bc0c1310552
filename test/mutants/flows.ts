import type { Mutant } from "./mutant.ts";

const staleFlows = "packages/fairway/src/agent/firewall/stale-flows.ts";
const table = "packages/fairway/test/agent/firewall/stale-flows.test.ts";
const sweep = "packages/fairway/src/agent/firewall/flow-sweep.ts";
const inKernel = "packages/fairway/test/agent/firewall/flow-sweep.test.ts";
const onHosts = "test/e2e/flows.test.ts";

export const mutants: readonly Mutant[] = [
  {
    breaks: "no sweep of flows before the rules are there",
    file: sweep,
    from: "if (this.#isReady && (keys",
    to: "if ((keys",
    test: inKernel,
  },
  {
    breaks: "flows of an uplink that the rules are without stay",
    file: sweep,
    from: "(state.items.has(key) ? number : [])",
    to: "[]",
    test: inKernel,
  },
  {
    breaks: "no sweep where nothing has changed",
    file: sweep,
    from: "const isDue = hasChanged || !this",
    to: "const isDue = true || !this",
    test: inKernel,
  },
  {
    breaks: "a sweep where the host's addresses have changed",
    file: sweep,
    from: " || !isEqual(this.#hostAddresses, ownAddresses())",
    to: "",
    test: inKernel,
  },
  {
    breaks: "a sweep of flows after the rules were written",
    file: "packages/fairway/src/agent/start-uplinks.ts",
    from: 'rules.onApplied("remove stale flows", (hasChanged) => sweep.rulesApplied(hasChanged));',
    to: "",
    test: onHosts,
    title: "N15 a UDP client",
  },
  {
    breaks: "a sweep of flows after a container went",
    file: "packages/fairway/src/agent/start-uplinks.ts",
    from: 'state.onChange("remove stale flows", (keys) => sweep.follow(keys));',
    to: "",
    test: onHosts,
    title: "N15 a container's flows",
  },
  {
    breaks: "flows that began before the port was published",
    file: staleFlows,
    from: "if (!isDestinationTranslated) return wanted !== undefined;",
    to: "if (!isDestinationTranslated) return false;",
    test: table,
  },
  {
    breaks: "foreign flows stay",
    file: staleFlows,
    from: "return isOurs && wanted",
    to: "return wanted",
    test: table,
  },
  {
    breaks: "flows of an uplink that is gone",
    file: staleFlows,
    from: "if (isOurNumber(number) && !numbers.has(number)) return true;",
    to: "",
    test: table,
  },
  {
    breaks: "UDP in a family that the container lacks goes by a relay",
    file: "packages/fairway/src/agent/published-ports/published-ports.ts",
    from: "relays: sockets.flatMap(({ relay }) => relay ?? []),",
    to: "relays: [],",
    test: onHosts,
    title: "N02",
  },
];
