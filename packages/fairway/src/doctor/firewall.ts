import { listAccepted } from "../agent/firewall/forward-accept.ts";
import { listNamesAccepted } from "../agent/firewall/name-accept.ts";
import { findObstacles } from "../agent/firewall/obstacles.ts";
import { ownTable } from "../agent/firewall/ruleset.ts";
import { counted } from "../counted.ts";
import { run } from "../host/program.ts";
import { type Check, fail, ok, warn } from "./finding.ts";

export const firewall: Check = {
  name: "firewall",
  about:
    "Fairway's nftables table, its rules in other people's chains, and chains that drop what containers send to the world or ask for names",
  look: async (site) => {
    const uplinks = (await site.hostItems.need()).filter(({ kind }) => kind === "uplink");
    if (uplinks.length === 0) return ok("no network leads out of this host at the moment");
    const { code } = await run("nft", ["list", "table", ...ownTable.split(" ")]);
    if (code !== 0)
      return fail(
        `the table "${ownTable}" is missing: nothing leads out of this host`,
        "systemctl restart fairway",
      );
    const [obstacle, ...others] = await findObstacles();
    if (obstacle !== undefined)
      return warn([obstacle, ...others].map(({ seen }) => seen).join("; "), obstacle.mend);
    const accepted = [...(await listAccepted()), ...(await listNamesAccepted())];
    return ok(
      `${counted(uplinks.length, "network leads", "networks lead")} out of this host; of ours outside of our table: ${accepted.length === 0 ? "nothing" : accepted.join(", ")}`,
    );
  },
};
