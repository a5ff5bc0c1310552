import type { Packet } from "../../center/traces/packet-tracer.ts";
import { familyOf } from "../../ip.ts";

/** As hosts choose it for what they begin (RFC 6335 §6). */
const ephemeralPort = 49_152;
/** Linux's own. */
const timeToLive = 64;

const icmp = {
  4: "icmp4.type == 8 && icmp4.code == 0",
  6: "icmp6.type == 128 && icmp6.code == 0",
} as const;

/** A packet as ovn-trace(8) takes it: all fields that OVN's tables look at. */
export function microflow(packet: Packet): string {
  const { port, sourceMac, nextMac, source, destination, protocol, destinationPort } = packet;
  const family = familyOf(destination);
  const ip = `ip${family}`;
  return [
    `inport == "${port}"`,
    `eth.src == ${sourceMac}`,
    `eth.dst == ${nextMac}`,
    `${ip}.src == ${source}`,
    `${ip}.dst == ${destination}`,
    `ip.ttl == ${timeToLive}`,
    protocol === "icmp"
      ? icmp[family]
      : `${protocol}.src == ${ephemeralPort} && ${protocol}.dst == ${destinationPort ?? 0}`,
  ].join(" && ");
}
