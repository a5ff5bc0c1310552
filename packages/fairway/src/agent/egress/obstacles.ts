import { run } from "./command.ts";
import { legPrefix } from "./leg.ts";

/** Somebody else's firewall that is in the way of what the legs forward. */
export interface Obstacle {
  readonly seen: string;
  readonly mend: string;
}

/** Tables of iptables: there our own rule accepts, see `forward-accept.ts`. */
const iptables = /^ip6? filter$/;

/** Other people's chains in nftables that drop what is forwarded. Only they can let it pass: an accept of ours does not end theirs. */
export async function findObstacles(): Promise<readonly Obstacle[]> {
  const { stdout } = await run("nft", ["list", "chains"]);
  const found: Obstacle[] = [];
  let table = "";
  for (const line of stdout.split("\n")) {
    table = /^table (.+) \{/.exec(line)?.[1] ?? table;
    if (!line.includes("hook forward")) continue;
    if (table === "inet firewalld")
      found.push({
        seen: "firewalld may reject what containers send out",
        mend: `firewall-cmd --permanent --zone=trusted --add-interface='${legPrefix}+' && firewall-cmd --reload`,
      });
    else if (line.includes("policy drop") && !iptables.test(table))
      found.push({
        seen: `a chain of the table "${table}" drops what is forwarded unless it is accepted there`,
        mend: `accept iifname "${legPrefix}*" and oifname "${legPrefix}*" in that chain`,
      });
  }
  return found;
}
