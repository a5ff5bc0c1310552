import type { Mutant } from "./mutant.ts";

const file = "packages/fairway/src/compile/northbound/gateway-host.ts";
const northbound = "packages/fairway/test/control/gateway-host.test.ts";
const compiled = "packages/fairway/test/compile/northbound/gateway-host.test.ts";
const ruleset = "packages/fairway/src/agent/firewall/ruleset.ts";

/** The gateway is the host. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "what goes to the uplink's address is tracked, as what comes from it",
    file,
    from: "without(...own, uplink)",
    to: "without(...own)",
    test: northbound,
  },
  {
    breaks: "pings of the gateway are the router's",
    file,
    from: '`(${echoRequest} && ${ip}.dst == {${own.join(", ")}}) || ',
    to: "`",
    test: northbound,
  },
  {
    breaks: "host access that is off",
    file,
    from: " || isHostAccessOff(network)",
    to: "",
    test: compiled,
  },
  {
    breaks: "the host's own address for what is sent to the gateway",
    file: ruleset,
    from: "add(`host_at${familyOf(address)}`, `${address} : ${own}`);",
    to: "",
    test: "packages/fairway/test/agent/firewall/ruleset.test.ts",
  },
  {
    breaks: "flows to the gateway that began before their port was published",
    file: "packages/fairway/src/agent/firewall/stale-flows.ts",
    from: "if (isGateways && !isOurs) return wanted !== undefined;",
    to: "",
    test: "packages/fairway/test/agent/firewall/stale-flows.test.ts",
  },
];
