import type { Mutant } from "./mutant.ts";

const source = (name: string) => `packages/fairway/src/${name}.ts`;
const component = (name: string) => `packages/fairway/test/${name}.test.ts`;

export const mutants: readonly Mutant[] = [
  {
    breaks: "a network with host-access=false has no route on its containers' hosts",
    file: source("agent/uplinks/routing"),
    from: 'item.kind === "uplink" && item.closedToHost ? false : reaches(cidr)',
    to: "reaches(cidr)",
    test: component("agent/host-access/host-access"),
  },
  {
    breaks: "no host is told to reach a network with host-access=false",
    file: source("intent/host-access"),
    from: "return !isHostAccessOff(network) && hasEgress(view, network);",
    to: "return hasEgress(view, network);",
    test: component("control/host-options"),
  },
  {
    breaks: "on a network with dns=off questions flow past",
    file: source("agent/names/name-server"),
    from: "(uplink.namesFlowPast ? [] : intercepted)",
    to: "intercepted",
    test: component("agent/names/interception"),
  },
  {
    breaks: "default routes by halves are not told",
    file: source("agent/host-access/told-surroundings"),
    from: ".filter(({ cidr }) => cidr.prefix > widestRoute)",
    to: "",
    test: component("agent/host-access/told-surroundings"),
  },
  {
    breaks: "a change of routes is told to the center",
    file: source("agent/start"),
    from: "traffic.onSurroundings((told) => registration.setTaken(told));",
    to: "",
    test: component("agent/reports/registration"),
  },
  {
    breaks: "a network that leads out cannot have a host's tunnel address",
    file: source("center/docker/make-network"),
    from: "    { mode, internal },\n    request.subnets",
    to: '    { mode: "isolated", internal },\n    request.subnets',
    test: component("center/subnets/host-overlaps"),
  },
  {
    breaks: "automatic subnets keep clear of what other hosts have",
    file: source("center/subnets/automatic-subnets"),
    from: "...Array.from(takenByHosts(view), ",
    to: "...Array.from([...takenByHosts(view)].slice(0, 0), ",
    test: component("center/subnets/host-overlaps"),
  },
  {
    breaks: "options of Docker's own drivers are refused",
    file: source("center/docker/engine-driver-options"),
    from: "if (own === undefined)",
    to: "if (own === undefined) continue;\n    if (own === null)",
    test: component("center/networks/engine-driver-options"),
  },
];
