import { command } from "../program.ts";
import type { Filter } from "./filters.ts";

/** What is to be let in. */
export interface Entrance {
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  /** The interface by which it comes. */
  readonly link: string;
  /** Whom it is for: subnets or addresses, of the filter's family. Empty: everybody. */
  readonly sources: readonly string[];
}

/** The commands, in one line, that let something into this host in the tool that keeps a filter. */
export async function openingLine(filter: Filter, entrance: Entrance): Promise<string> {
  if (filter.keeper === "firewalld") {
    const zone = await zoneOf(entrance.link);
    return [...commandsOf(filter, entrance, zone), "firewall-cmd --reload"].join(" && ");
  }
  return commandsOf(filter, entrance, "").join(" && ");
}

function commandsOf(filter: Filter, entrance: Entrance, zone: string): readonly string[] {
  const { keeper, program, place } = filter;
  const { protocol, port, sources } = entrance;
  const ofEach = (one: (source: string, family: string) => string) =>
    sources.map((source) => one(source, source.includes(":") ? "6" : "4"));
  if (keeper === "ufw")
    return sources.length === 0
      ? [`ufw allow ${port}/${protocol}`]
      : ofEach((source) => `ufw allow proto ${protocol} from ${source} to any port ${port}`);
  if (keeper === "firewalld") {
    const permanent = `firewall-cmd --permanent${zone}`;
    return sources.length === 0
      ? [`${permanent} --add-port=${port}/${protocol}`]
      : ofEach(
          (source, family) =>
            `${permanent} --add-rich-rule='rule family="ipv${family}" source address="${source}" port port="${port}" protocol="${protocol}" accept'`,
        );
  }
  if (keeper === "iptables") {
    const rule = `-p ${protocol} --dport ${port} -j ACCEPT`;
    return sources.length === 0
      ? [`${program} -I INPUT ${rule}`]
      : ofEach((source) => `${program} -I INPUT -s ${source} ${rule}`);
  }
  const rule = `${protocol} dport ${port} accept`;
  return sources.length === 0
    ? [`nft insert rule ${place} ${rule}`]
    : ofEach(
        (source, family) =>
          `nft insert rule ${place} ${family === "4" ? "ip" : "ip6"} saddr ${source} ${rule}`,
      );
}

/** The option that names a link's zone; none where it is in the default one (firewall-cmd(1)). */
async function zoneOf(link: string): Promise<string> {
  const zone = await command("firewall-cmd", [`--get-zone-of-interface=${link}`], { boundMs: 3_000 }).catch(
    () => "",
  );
  return /^[\w-]+$/.test(zone) ? ` --zone=${zone}` : "";
}
