import { openTroubles, troublesFile } from "../agent/reports/trouble-report.ts";
import type { Trouble } from "../agent/state/troubles.ts";
import { silent } from "../logger.ts";
import { type Check, fail, firstFew, ok, warn } from "./finding.ts";

export const troubles: Check = {
  name: "host's parts",
  about:
    "Ports, uplinks, published ports and name servers that Fairway cannot make on this host, each with its reason",
  look: async ({ fairway, config }) => {
    await fairway.need();
    const found = (await openTroubles(troublesFile(config.host.state), silent).read()) ?? [];
    if (found.length === 0) return ok("all work");
    const broken = found.filter(({ isMeant }) => isMeant !== true);
    if (broken.length === 0)
      return warn(
        firstFew(found.map(told)),
        "give the network another subnet, or allow it where the reason says how; containers reach each other all the same",
      );
    return fail(
      firstFew(broken.map(told)),
      "mend what the reason names; Fairway tries each again by itself, at the latest after a minute",
    );
  },
};

function told({ network, endpoint, physicalNetwork, reason }: Trouble): string {
  const [what, id] =
    network !== undefined
      ? ["network", network]
      : endpoint !== undefined
        ? ["endpoint", endpoint]
        : ["physical network", physicalNetwork];
  return `${what} ${id.slice(0, 8)}: ${reason}`;
}
