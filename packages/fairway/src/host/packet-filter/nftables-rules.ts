import { all, any, fitsLink, isIn, not } from "./matching.ts";
import type { NftRule } from "./nftables-listing.ts";
import type { Judgement, Packet, Rule, Verdict } from "./walk.ts";

/** What an expression is for a packet: one of these values, or nothing that can be told. */
type Value =
  | { readonly kind: "word" | "link"; readonly value: string }
  | { readonly kind: "number"; readonly value: number }
  /** Undefined: anybody's. */
  | { readonly kind: "address"; readonly value: string | undefined }
  /** Of which the packet has these, and no others. */
  | { readonly kind: "flags"; readonly value: readonly string[] };

type Elements = (name: string) => readonly unknown[];

/** How a rule of nftables judges packets. @param elements of the sets and maps of its table. */
export function readNftRule({ expr }: NftRule, elements: Elements): Rule {
  return (packet): Judgement => {
    const found: (boolean | undefined)[] = [];
    for (const statement of expr) {
      const [[name, body] = ["", undefined]] = Object.entries(statement);
      const verdict = verdictOf(name, body);
      if (verdict !== undefined) return { matches: all(found), verdict };
      if (name === "vmap") {
        const led = lead(body, packet, elements);
        return { matches: all([...found, led.matches]), verdict: led.verdict };
      }
      found.push(isMatched(name, body, packet, elements));
    }
    return { matches: all(found), verdict: { kind: "next" } };
  };
}

function verdictOf(name: string, body: unknown): Verdict | undefined {
  if (name === "accept" || name === "drop" || name === "return") return { kind: name };
  if (name === "reject") return { kind: "drop" };
  if (name === "continue") return { kind: "next" };
  const target = name === "jump" || name === "goto" ? field(body, "target") : undefined;
  return typeof target === "string" && (name === "jump" || name === "goto")
    ? { kind: name, chain: target }
    : undefined;
}

/** A verdict map: the first element that fits says where the packet goes. */
function lead(body: unknown, packet: Packet, elements: Elements): Judgement {
  const key = valueOf(field(body, "key"), packet);
  const nowhere: Judgement = { matches: false, verdict: { kind: "next" } };
  if (key === undefined) return { matches: undefined, verdict: { kind: "next" } };
  for (const pair of listOf(field(body, "data"), elements)) {
    const [from, to] = Array.isArray(pair) ? pair : [];
    const matches = key === false ? false : fits(key, from, elements);
    const [[name, target] = ["", undefined]] = Object.entries(Object(to));
    const verdict = verdictOf(name, target);
    if (matches !== false && verdict !== undefined) return { matches, verdict };
  }
  return nowhere;
}

/** Statements that look at the packet can keep a rule from matching; all others (counter, log, …) cannot. */
function isMatched(name: string, body: unknown, packet: Packet, elements: Elements): boolean | undefined {
  if (name === "limit" || name === "quota" || name === "ct count") return undefined;
  if (name === "xt") return field(body, "type") === "match" ? undefined : true;
  if (name !== "match") return true;
  const left = valueOf(field(body, "left"), packet);
  if (left === undefined || left === false) return left;
  const found = fits(left, field(body, "right"), elements);
  const op = field(body, "op");
  if (op === "==" || op === "in") return found;
  return op === "!=" ? not(found) : undefined;
}

/** What is looked at; false where this packet has no such thing, undefined where it cannot be told. */
function valueOf(expression: unknown, packet: Packet): Value | false | undefined {
  const [[name, body] = ["", undefined]] = Object.entries(Object(expression));
  const key = field(body, "key");
  if (name === "payload")
    return payloadOf(String(field(body, "protocol")), String(field(body, "field")), packet);
  if (name === "meta") return metaOf(String(key), packet);
  if (name === "ct" && key === "state") return { kind: "flags", value: ["new"] };
  if (name === "ct" && key === "status") return { kind: "flags", value: packet.isTranslated ? ["dnat"] : [] };
  if (name === "fib" && field(body, "result") === "type" && String(field(body, "flags")).includes("daddr"))
    return { kind: "word", value: packet.isLocal ? "local" : "unicast" };
  if (name === "&" && Array.isArray(body)) {
    const [left, mask] = [valueOf(body[0], packet), body[1]];
    if (left === undefined || left === false || left.kind !== "number" || typeof mask !== "number")
      return undefined;
    return { kind: "number", value: (left.value & mask) >>> 0 };
  }
  return undefined;
}

function metaOf(key: string, { family, protocol, link, mark }: Packet): Value | undefined {
  if (key === "iifname" || key === "iif") return { kind: "link", value: link };
  if (key === "l4proto") return { kind: "word", value: protocol };
  if (key === "nfproto") return { kind: "word", value: family === 4 ? "ipv4" : "ipv6" };
  if (key === "protocol") return { kind: "word", value: family === 4 ? "ip" : "ip6" };
  if (key === "mark") return { kind: "number", value: mark };
  return undefined;
}

function payloadOf(layer: string, name: string, packet: Packet): Value | false | undefined {
  const { family, protocol, port, source, destination } = packet;
  if (layer === "ip" || layer === "ip6") {
    if ((layer === "ip") !== (family === 4)) return false;
    if (name === "saddr") return { kind: "address", value: source };
    if (name === "daddr") return { kind: "address", value: destination };
    if (name === "protocol" || name === "nexthdr") return { kind: "word", value: protocol };
    return undefined;
  }
  if (layer !== "th" && layer !== protocol)
    return ["ether", "vlan", "ll"].includes(layer) ? undefined : false;
  return name === "dport" ? { kind: "number", value: port } : undefined;
}

/** Whether a value is what stands on the right of a match, or among it. */
function fits(left: Value, right: unknown, elements: Elements): boolean | undefined {
  if (Array.isArray(right) || isSet(right)) {
    return any(listOf(right, elements).map((each) => fits(left, each, elements)));
  }
  const range = field(right, "range");
  const prefix = field(right, "prefix");
  const element = field(right, "elem");
  const either = field(right, "|");
  if (element !== undefined) return fits(left, field(element, "val"), elements);
  if (Array.isArray(either)) return any(either.map((each) => fits(left, each, elements)));
  if (Array.isArray(range)) return isBetween(left, range);
  if (left.kind === "address")
    return prefix === undefined
      ? isIn(left.value, String(right))
      : isIn(left.value, `${String(field(prefix, "addr"))}/${String(field(prefix, "len"))}`);
  if (left.kind === "flags") return left.value.includes(String(right));
  if (left.kind === "link") return fitsLink(left.value, String(right), "*");
  if (left.kind === "number" && typeof right === "number") return left.value === right;
  return left.kind === "word" && typeof right === "string" ? left.value === right : undefined;
}

function isBetween(left: Value, [first, last]: readonly unknown[]): boolean | undefined {
  if (left.kind !== "number" || typeof first !== "number" || typeof last !== "number") return undefined;
  return left.value >= first && left.value <= last;
}

const isSet = (value: unknown): boolean =>
  field(value, "set") !== undefined || (typeof value === "string" && value.startsWith("@"));

/** What stands in a list, an anonymous set or a named one. */
function listOf(value: unknown, elements: Elements): readonly unknown[] {
  if (typeof value === "string" && value.startsWith("@")) return elements(value.slice(1));
  const inside = Array.isArray(value) ? value : field(value, "set");
  return Array.isArray(inside) ? inside : [inside];
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
