/** A packet as it leaves a port. */
export interface Packet {
  /** The logical port that sends it. */
  readonly port: string;
  readonly sourceMac: string;
  readonly source: string;
  /** Whose frame it is: the next hop's. */
  readonly nextMac: string;
  readonly destination: string;
  readonly protocol: "tcp" | "udp" | "icmp";
  /** Of TCP and UDP, the destination's. */
  readonly destinationPort: number | undefined;
}

/** A switch or router on the way, and what it does there. */
export interface Hop {
  readonly at: "switch" | "router";
  /** A network's name; OVN's own where the switch or router is not Fairway's. */
  readonly name: string;
  /** In words, without a subject: "sends it to …". */
  readonly does: string;
}

/** Where OVN is done with a packet. */
export type WayOut =
  | { readonly kind: "endpoint"; readonly uuid: string }
  /** A host's interface on a network, which each host has: the sender's host gets the packet. */
  | { readonly kind: "uplink" }
  /** A host's interface that no other host has. @see `compile/northbound/host-access.ts` */
  | { readonly kind: "host"; readonly host: string }
  | { readonly kind: "wire" }
  | { readonly kind: "other"; readonly port: string };

/** What OVN does with a packet. */
export interface OvnPath {
  readonly hops: readonly Hop[];
  /** Several where a switch floods the packet; none where it is dropped. */
  readonly waysOut: readonly WayOut[];
  /** Why it is dropped, in words; undefined where it is not. */
  readonly drop: string | undefined;
}

/** The port by which hosts send into a network. */
export interface Uplink {
  readonly port: string;
  readonly mac: string;
  /** Its router's. */
  readonly nextMac: string;
  /** Its addresses, bare. */
  readonly addresses: readonly string[];
}

/** What the center asks of control, which knows OVN's databases. */
export interface PacketTracer {
  /** Throws `unavailable` where OVN does not answer, `unsupported` where its program is not there, `too_many`. */
  trace(packet: Packet, signal: AbortSignal): Promise<OvnPath>;
  /** Of a network that leads to hosts. */
  uplinkOf(network: string): Uplink;
}
