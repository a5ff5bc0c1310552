import { decode, type Packet } from "dns-packet";

/** An address that an answer gives, and for how long, s. */
export interface AnsweredAddress {
  readonly address: string;
  readonly ttl: number;
}

/**
 * The addresses that an answer has for a name: its own, and those at the end of the aliases that lead from it (RFC 1034 §3.6.2); each for the shortest time of all that led to
 * them. What cannot be read has none.
 */
export function answeredAddresses(answer: Buffer, name: string): readonly AnsweredAddress[] {
  const records = recordsIn(answer);
  const meant = new Set([same(name)]);
  let ttl = Number.POSITIVE_INFINITY;
  for (let before = 0; before < meant.size; ) {
    before = meant.size;
    for (const record of records)
      if (record.type === "CNAME" && meant.has(same(record.name))) {
        meant.add(same(record.data));
        ttl = Math.min(ttl, record.ttl ?? 0);
      }
  }
  return records.flatMap((record) =>
    (record.type === "A" || record.type === "AAAA") && meant.has(same(record.name))
      ? { address: record.data, ttl: Math.min(ttl, record.ttl ?? 0) }
      : [],
  );
}

function recordsIn(answer: Buffer): NonNullable<Packet["answers"]> {
  try {
    return decode(answer).answers ?? [];
  } catch {
    return [];
  }
}

/** Names differ by more than the case of their letters (RFC 4343). */
function same(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
