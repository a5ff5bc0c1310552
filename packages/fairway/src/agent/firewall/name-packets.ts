import type { Packet } from "../../host/packet-filter/walk.ts";
import type { Family } from "../../ip.ts";
import { uplinkPrefix } from "../ports/interface-names.ts";
import { nameService } from "./name-service.ts";
import { passMark } from "./ruleset.ts";

/** Servers whose places the agent takes on the uplinks; which ones does not matter (RFC 5737, RFC 3849). */
const servers: Readonly<Record<Family, string>> = { 4: "192.0.2.53", 6: "2001:db8::53" };

/** Containers' questions for names as a filter sees them behind our own table: to the agent's address, and to a server in whose place it answers. */
export const namePackets: readonly Packet[] = (["udp", "tcp"] as const).flatMap((protocol): Packet[] => {
  const common = { protocol, link: `${uplinkPrefix}0`, mark: passMark };
  const { address, listeningPort, port } = nameService;
  return [
    { ...common, family: 4, port: listeningPort, destination: address, isLocal: true, isTranslated: true },
    ...([4, 6] as const).map(
      (family): Packet => ({
        ...common,
        family,
        port,
        destination: servers[family],
        isLocal: false,
        isTranslated: false,
      }),
    ),
  ];
});
