import { createSocket } from "node:dgram";
import { familyOf } from "../ip.ts";
import type { Logger } from "../logger.ts";
import { Loop } from "../runtime/loop.ts";
import { probeNeighbours } from "./neighbours.ts";
import type { Netlink } from "./netlink.ts";
import type { OpenVSwitchReplica } from "./open-vswitch.ts";

/** Open vSwitch forgets a tunnel's neighbour after 15 minutes (ovs-appctl tnl/neigh/aging). */
const periodMs = 5 * 60_000;

/** Discard (RFC 863). */
const discard = 9;

export interface TunnelNeighboursParts {
  readonly replica: OpenVSwitchReplica;
  /** The integration bridge, `br-int`. */
  readonly bridge: string;
  readonly netlink: Netlink;
  readonly logger: Logger;
}

/**
 * Keeps the other ends of this host's tunnels known on the userspace datapath. There the first packet to a tunnel whose neighbour is not known is
 * dropped while Open vSwitch asks who has its address. It learns by what the host's kernel asks, too, so the kernel is made to ask. The kernel's
 * datapath keeps such a packet.
 */
export class TunnelNeighbours implements AsyncDisposable {
  readonly #parts: TunnelNeighboursParts;
  readonly #loop: Loop;
  readonly #known = new Set<string>();
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(parts: TunnelNeighboursParts) {
    this.#parts = parts;
    const { replica, logger } = parts;
    this.#loop = new Loop({ name: "greet tunnel neighbours", work: () => this.#greet(), periodMs, logger });
    replica.on("change", this.#onChange);
    replica.on("synced", this.#loop.soon);
    if (replica.isSynced) this.#loop.soon();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.replica.off("change", this.#onChange);
    this.#parts.replica.off("synced", this.#loop.soon);
    await this.#loop[Symbol.asyncDispose]();
  }

  /** Ports of containers come and go all the time; a tunnel is one whose other end is new. */
  readonly #onChange = (changes: readonly { readonly table: string; readonly new?: unknown }[]): void => {
    const isNew = changes.some(({ table, new: row }) => {
      const end = table === "Interface" ? otherEnd(row as Ends | undefined) : undefined;
      return end !== undefined && !this.#known.has(end);
    });
    if (isNew) this.#loop.soon();
  };

  /** New ends, and now and then all. */
  async #greet(): Promise<void> {
    const { replica, bridge } = this.#parts;
    const isUserspace = replica.table("Bridge").find("name", bridge)[0]?.datapath_type === "netdev";
    if (!replica.isSynced || !isUserspace) return;
    const nowMs = performance.now();
    const isRegular = nowMs - this.#lastMs >= periodMs;
    if (isRegular) {
      this.#known.clear();
      this.#lastMs = nowMs;
    }
    const rows = replica.table("Interface").rows();
    const ends = new Set(Array.from(rows, otherEnd).filter((end) => end !== undefined));
    const asked = ends.difference(this.#known);
    const known = await probeNeighbours(this.#parts.netlink, asked);
    await Promise.all([...asked.difference(known)].map(greet));
    this.#known.clear();
    for (const end of ends) this.#known.add(end);
  }
}

interface Ends {
  readonly ofport: number | null;
  readonly options: Readonly<Record<string, string>>;
}

/** The address of a tunnel's other end; undefined for what is no tunnel, has no certain one, or is not open yet: Open vSwitch learns nothing for it. */
function otherEnd(row: Ends | undefined): string | undefined {
  const address = row?.options["remote_ip"];
  const isOpen = row !== undefined && row.ofport !== null && row.ofport > 0;
  return !isOpen || address === undefined || address === "flow" ? undefined : address;
}

/** A datagram that asks for nothing: sending it makes the kernel ask for the neighbour. Who cannot be reached is not known, as before. */
async function greet(address: string): Promise<void> {
  const socket = createSocket(familyOf(address) === 6 ? "udp6" : "udp4");
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.on("error", () => resolve());
  socket.send("", discard, address, () => resolve());
  await promise;
  socket.close();
}
