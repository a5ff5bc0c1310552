import type { Family } from "../../ip.ts";

/** The first packet of a connection from outside, or what of UDP is one, as a filter of the host sees it. */
export interface Packet {
  readonly family: Family;
  readonly protocol: "tcp" | "udp";
  /** Of its destination. */
  readonly port: number;
  /** The interface by which it comes. */
  readonly link: string;
  /** Absent: anybody. */
  readonly source?: string;
  readonly destination: string;
  /** Whether the destination is one of the host's own addresses. */
  readonly isLocal: boolean;
  /** Whether its destination was translated (`ct status dnat`). */
  readonly isTranslated: boolean;
  readonly mark: number;
}

/** What a rule does with a packet that it matches; `next`: the next rule of the chain decides. */
export type Verdict =
  | { readonly kind: "accept" | "drop" | "return" | "next" }
  | { readonly kind: "jump" | "goto"; readonly chain: string };

/** A rule's word about a packet. */
export interface Judgement {
  /** Undefined where only the kernel can tell: a rate, a set that others fill, a match that is not known here. */
  readonly matches: boolean | undefined;
  readonly verdict: Verdict;
}

export type Rule = (packet: Packet) => Judgement;

/** Chains of rules by name. */
export type Chains = ReadonlyMap<string, readonly Rule[]>;

/** How a chain can end for a packet; `end`: it comes to the chain's end, or returns. */
export type Ending = "accept" | "drop" | "end";

/** Deeper than the kernel lets chains lead into each other (NFT_JUMP_STACK_SIZE of linux/netfilter/nf_tables.h). */
const deepest = 16;

/**
 * All ways in which a chain can end for a packet: one where all its rules can be told, more where only the kernel knows.
 * @param name of a chain that is not there: as an empty one.
 */
export function walk(chains: Chains, name: string, packet: Packet, depth = 0): ReadonlySet<Ending> {
  const endings = new Set<Ending>();
  if (depth > deepest) return endings.add("end");
  for (const rule of chains.get(name) ?? []) {
    const { matches, verdict } = rule(packet);
    if (matches === false || verdict.kind === "next") continue;
    if (verdict.kind === "return") endings.add("end");
    else if (verdict.kind === "accept" || verdict.kind === "drop") endings.add(verdict.kind);
    else if ("chain" in verdict) {
      const further = walk(chains, verdict.chain, packet, depth + 1);
      for (const ending of further) if (ending !== "end" || verdict.kind === "goto") endings.add(ending);
      if (verdict.kind === "jump" && further.has("end")) continue;
    }
    if (matches === true) return endings;
  }
  return endings.add("end");
}
