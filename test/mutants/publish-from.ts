import type { Mutant } from "./mutant.ts";

const source = (name: string) => `packages/fairway/src/${name}.ts`;
const component = (name: string) => `packages/fairway/test/${name}.test.ts`;
const onHosts = "test/e2e/publish-from.test.ts";
const restrictions = component("agent/firewall/restrictions");
const publications = component("center/containers/publications");
const said = component("center/containers/container-ports");

export const mutants: readonly Mutant[] = [
  {
    breaks: "who may not reach a published port is led nowhere",
    file: source("agent/firewall/ruleset"),
    from: "    meta mark & ${refusedMark} == ${refusedMark} accept\n    jump route\n",
    to: "    meta mark set meta mark & ${0xffffffff - refusedMark}\n    jump route\n",
    test: onHosts,
  },
  {
    breaks: "others are refused at once by TCP",
    file: source("agent/firewall/ruleset"),
    from: "    meta mark & ${refusedMark} == ${refusedMark} meta l4proto tcp reject with tcp reset\n    meta mark & ${refusedMark} == ${refusedMark} reject\n",
    to: "    meta mark & ${refusedMark} == ${refusedMark} drop\n",
    test: onHosts,
  },
  {
    breaks: "a container behind NAT is judged as its host, in the kernel",
    file: source("agent/firewall/restrictions"),
    from: "    ct original zone != @masqueraded ip daddr . meta l4proto . th dport . ip saddr @from4 return",
    to: "    ip daddr . meta l4proto . th dport . ip saddr @from4 return",
    test: onHosts,
  },
  {
    breaks: "subnets of a set have nothing in common",
    file: source("agent/firewall/restrictions"),
    from: "const clients = outermost(from.map(parseCidr).filter((each) => each.family === family));",
    to: "const clients = from.map(parseCidr).filter((each) => each.family === family);",
    test: restrictions,
  },
  {
    breaks: "a port on one address is limited by its gateways' addresses, too",
    file: source("agent/firewall/restrictions"),
    from: "[place, ...(standIns.get(place) ?? [])]",
    to: "[place]",
    test: restrictions,
  },
  {
    breaks: "a flow of a container behind NAT is judged as its host's",
    file: source("agent/firewall/refused-flows"),
    from: 'if (this.#of("masqueraded").has(String(zone)))',
    to: 'if (this.#of("masqueraded").has(`not ${zone}`))',
    test: restrictions,
  },
  {
    breaks: "what the host sends itself is never refused",
    file: source("agent/firewall/refused-flows"),
    from: "    if (zone === 0 && hostAddresses.has(source.address)) return false;\n",
    to: "",
    test: restrictions,
  },
  {
    breaks: "flows of those who may no longer are swept",
    file: source("agent/firewall/stale-flows"),
    from: "    if (refused.has(flow, hostAddresses)) return true;\n",
    to: "",
    test: component("agent/firewall/stale-flows"),
  },
  {
    breaks: "a port that the host's state does not know yet keeps who may reach it",
    file: source("agent/published-ports/published-ports"),
    from: "return port === undefined ? each : { ...each, port };",
    to: "return port === undefined ? { ...each, port: { ...each.port, from: undefined } } : { ...each, port };",
    test: component("agent/published-ports/published-ports"),
  },
  {
    breaks: "a port of an endpoint whose container nobody knows is nobody's",
    file: source("intent/publish-from"),
    from: ".map((row) => ({ ...row, sources: [] }))",
    to: "",
    test: said,
  },
  {
    breaks: "what is said of a container outlives its endpoint",
    file: source("center/containers/container-rows"),
    from: "endpoint: container_id === null ? endpoint : null",
    to: "endpoint",
    test: said,
  },
  {
    breaks: "what a host claims is the container's once that is known",
    file: source("center/docker/docker-endpoints"),
    from: "      settleSources(draft, known);\n",
    to: "",
    test: said,
  },
  {
    breaks: "what is said of a container goes with it",
    file: source("docker/events"),
    from: "if (this.#ours.has(ID)) await this.#unlessPermanent(this.#forget(ID, signal));",
    to: "",
    test: component("docker/events"),
  },
  {
    breaks: "what is said of a container goes when it was removed while nobody looked",
    file: source("docker/events"),
    from: "      else await this.#forget(id, signal);\n",
    to: "",
    test: component("docker/events"),
  },
  {
    breaks: "the engine has no say over what a person publishes",
    file: source("agent/published-ports/published-ports"),
    from: "wanted.set(item.publication ?? item.endpoint, item);",
    to: "wanted.set(item.endpoint, item);",
    test: component("agent/published-ports/published-ports"),
  },
  {
    breaks: "what a host cannot hold is not published",
    file: source("center/containers/publications"),
    from: "    await this.#store.change((draft) => made.undo(draft));\n",
    to: "",
    test: publications,
  },
  {
    breaks: "a port that another container has is refused by the center's word",
    file: source("center/containers/publications"),
    from: "  if (known === undefined || known.port !== port) checkFree(draft, host, wish);\n",
    to: "",
    test: publications,
  },
  {
    breaks: "what is published of a container goes with it",
    file: source("center/containers/container-rows"),
    from: 'for (const table of ["Container_Port", "Publication", "Container_Groups"] as const)',
    to: 'for (const table of ["Container_Port", "Container_Groups"] as const)',
    test: publications,
  },
];
