import { FairwayError } from "../errors.ts";
import { hasUserspaceDatapath, tunnelPort as portOf, tunnelEnds } from "../host/open-vswitch/open-vswitch.ts";
import { run } from "../host/program.ts";
import { type Check, ok, warn } from "./finding.ts";

export const tunnelPort: Check = {
  name: "tunnel port",
  about:
    "Whether others than the cluster's hosts can send to the tunnels' port, whose packets are not authenticated",
  look: async (site) => {
    const { replica } = await site.openVSwitch.need();
    const peers = tunnelEnds(replica);
    if (peers.length === 0) return ok("no tunnel leads to another host yet");
    const port = portOf(replica);
    if (hasUserspaceDatapath(replica))
      return warn(
        `UDP ${port} passes by this machine's firewall, for the datapath is in userspace: whoever reaches this machine can send into its networks`,
        `let UDP ${port} through between the cluster's hosts alone, by a firewall in front of them`,
      );
    if (isGuarded(await rules(), port)) return ok(`a rule of this machine's firewall is about UDP ${port}`);
    const ofFamily = peers[0]?.includes(":") ? "ip6" : "ip";
    const chain = "inet tunnels input";
    return warn(
      `UDP ${port} is open to others than the cluster's hosts: whoever reaches this machine can send into its networks`,
      `nft 'add table inet tunnels; add chain ${chain} { type filter hook input priority -5; }; add rule ${chain} udp dport ${port} ${ofFamily} saddr != { ${peers.toSorted().join(", ")} } drop', on every host, and again for hosts that join`,
    );
  },
};

/**
 * Whether somebody has closed a port to some: a rule names it, or what nobody accepts is dropped.
 * @param ruleset as nft and iptables print it.
 */
export function isGuarded(ruleset: string, port: number): boolean {
  return (
    new RegExp(`\\bdport\\b[^\\n]*\\b${port}\\b`).test(ruleset) ||
    /hook input\b[^\n]*policy drop|^-P INPUT DROP$/m.test(ruleset)
  );
}

/** Of nftables, iptables-nft among it, and of the older iptables. */
async function rules(): Promise<string> {
  const commands = [
    ["nft", "--stateless", "list", "ruleset"],
    ["iptables-legacy", "-S"],
    ["ip6tables-legacy", "-S"],
  ] as const;
  const printed = await Promise.all(
    commands.map(async ([program, ...words]) => {
      try {
        return (await run(program, words)).stdout;
      } catch (error) {
        if (error instanceof FairwayError && error.code === "unsupported") return "";
        throw error;
      }
    }),
  );
  return printed.join("\n");
}
