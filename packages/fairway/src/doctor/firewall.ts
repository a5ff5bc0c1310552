import { run } from "../agent/egress/command.ts";
import { listAccepted } from "../agent/egress/forward-accept.ts";
import { findObstacles } from "../agent/egress/obstacles.ts";
import { ownTable } from "../agent/egress/ruleset.ts";
import { type Check, fail, ok, warn } from "./finding.ts";

export const firewall: Check = {
  name: "firewall",
  about:
    "Fairway's nftables table, its one word to iptables, and other people's chains that stand in the way of what containers send out",
  look: async (site) => {
    const legs = (await site.hostItems.need()).filter(({ kind }) => kind === "leg");
    if (legs.length === 0) return ok("no network leads out of this host at the moment");
    const { code } = await run("nft", ["list", "table", ...ownTable.split(" ")]);
    if (code !== 0)
      return fail(
        `the table "${ownTable}" is missing: nothing leads out of this host`,
        "systemctl restart fairway",
      );
    const [obstacle, ...others] = await findObstacles();
    if (obstacle !== undefined)
      return warn([obstacle, ...others].map(({ seen }) => seen).join("; "), obstacle.mend);
    const accepted = await listAccepted();
    return ok(
      `${legs.length} networks lead out of this host; of ours outside of our table: ${accepted.length === 0 ? "nothing" : accepted.join(", ")}`,
    );
  },
};
