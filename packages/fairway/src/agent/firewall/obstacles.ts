import type { Filter } from "../../host/packet-filter/filters.ts";
import { RulesInForce } from "../../host/packet-filter/rules-in-force.ts";
import { uplinkPrefix } from "../ports/interface-names.ts";
import { namesDroppedBy } from "./name-accept.ts";
import { nameService } from "./name-service.ts";

/** Somebody else's firewall that is in the way of what the uplinks forward or ask. */
export interface Obstacle {
  readonly seen: string;
  readonly mend: string;
}

/** Tables of iptables: there our own rule accepts, see `forward-accept.ts`. */
const iptables = /^ip6? filter$/;

/** All that is in the way, with the rules that are there. */
export async function findObstacles(inForce = new RulesInForce()): Promise<readonly Obstacle[]> {
  const droppers = await namesDroppedBy(inForce);
  return [...(await findForwardObstacles(inForce)), ...droppers.map(namesObstacle)];
}

/** A filter that does not take our rule for containers' questions for names. */
function namesObstacle({ keeper, program, place }: Filter): Obstacle {
  const chain = program === "nft" ? `"${place}"` : `${program}' ${place}`;
  const ports = `${nameService.port}, ${nameService.listeningPort}`;
  const mends = {
    firewalld: `firewall-cmd --permanent --zone=trusted --add-interface='${uplinkPrefix}+' && firewall-cmd --reload`,
    ufw: `ufw allow in on '${uplinkPrefix}+' to any port ${nameService.listeningPort}`,
    iptables: `${program} -I INPUT -i ${uplinkPrefix}+ -p udp -m multiport --dports ${ports.replace(" ", "")} -j ACCEPT`,
    nftables: `nft insert rule ${place} iifname '"${uplinkPrefix}*"' th dport '{ ${ports} }' accept`,
  } as const;
  return {
    seen: `the chain ${chain} drops containers' questions for names, and takes no rule of Fairway's`,
    mend: mends[keeper],
  };
}

/** Other people's chains in nftables that drop what is forwarded. Only they can let it pass: an accept of ours does not end theirs. */
async function findForwardObstacles(inForce: RulesInForce): Promise<readonly Obstacle[]> {
  const { chains } = await inForce.ruleset();
  return chains.flatMap(({ family, table, hook, policy }) => {
    if (hook !== "forward") return [];
    const name = `${family} ${table}`;
    if (name === "inet firewalld")
      return {
        seen: "firewalld may reject what containers send out",
        mend: `firewall-cmd --permanent --zone=trusted --add-interface='${uplinkPrefix}+' && firewall-cmd --reload`,
      };
    if (policy !== "drop" || iptables.test(name)) return [];
    return {
      seen: `a chain of the table "${name}" drops what is forwarded unless it is accepted there`,
      mend: `accept iifname "${uplinkPrefix}*" and oifname "${uplinkPrefix}*" in that chain`,
    };
  });
}
