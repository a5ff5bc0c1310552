import { openTroubles, troublesFile } from "../agent/trouble-report.ts";
import { silent } from "../logger.ts";
import { type Check, fail, firstFew, ok } from "./finding.ts";

export const troubles: Check = {
  name: "host's parts",
  about:
    "Ports, legs, published ports and name servers that Fairway cannot make on this machine, each with its reason",
  look: async ({ fairway, config }) => {
    await fairway.need();
    const found = (await openTroubles(troublesFile(config.host.state), silent).read()) ?? [];
    if (found.length === 0) return ok("all work");
    const told = found.map(({ network, endpoint, reason }) => {
      const [what, id] = network === undefined ? ["endpoint", endpoint] : ["network", network];
      return `${what} ${id.slice(0, 8)}: ${reason}`;
    });
    return fail(
      firstFew(told),
      "mend what the reason names; Fairway tries each again by itself, at the latest after a minute",
    );
  },
};
