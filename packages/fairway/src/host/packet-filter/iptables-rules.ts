import { all, any, fitsLink, isIn, not } from "./matching.ts";
import type { Chains, Packet, Rule, Verdict } from "./walk.ts";

/** Rules of a table of iptables, and the policies of its own chains. */
export interface IptablesRules {
  readonly chains: Chains;
  readonly policies: ReadonlyMap<string, "accept" | "drop">;
}

/** Whether a packet matches an option; undefined where it cannot be told. */
type Match = (packet: Packet, value: string) => boolean | undefined;

/** Matches by their option, in long and short (iptables(8), iptables-extensions(8)). */
const matches: Readonly<Record<string, Match>> = {
  "-p": ({ protocol }, value) => value === "all" || value === protocol || value === protocolNumbers[protocol],
  "-i": ({ link }, value) => fitsLink(link, value, "+"),
  "-s": ({ source }, value) => isIn(source, value),
  "-d": ({ destination }, value) => isIn(destination, value),
  "--dport": ({ port }, value) => isInPorts(port, value),
  "--dports": ({ port }, value) => any(value.split(",").map((each) => isInPorts(port, each))),
  "--ctstate": isInState,
  "--state": isInState,
  "--mark": ({ mark }, value) => {
    const [wanted = Number.NaN, mask = 0xffffffff] = value.split("/").map(Number);
    return (mark & mask) >>> 0 === wanted >>> 0;
  },
  "--dst-type": ({ isLocal }, value) => any(value.split(",").map((type) => isOfType(isLocal, type))),
  "--comment": () => true,
};

const protocolNumbers = { tcp: "6", udp: "17" } as const;

const targets: Readonly<Record<string, Verdict["kind"]>> = {
  ACCEPT: "accept",
  DROP: "drop",
  REJECT: "drop",
  RETURN: "return",
};

/** Reads what `iptables -S` prints of one table. */
export function readIptables(listing: string): IptablesRules {
  const lines = listing.split("\n");
  const names = new Set(lines.flatMap((line) => /^-[NP] (\S+)/.exec(line)?.[1] ?? []));
  const chains = new Map<string, Rule[]>([...names].map((name) => [name, []]));
  for (const line of lines) {
    const [, chain = "", rest = ""] = /^-A (\S+) ?(.*)$/.exec(line) ?? [];
    chains.get(chain)?.push(readRule(wordsOf(rest), names));
  }
  const policies = lines.flatMap((line) => {
    const [, chain = "", policy] = /^-P (\S+) (ACCEPT|DROP)$/.exec(line) ?? [];
    return policy === undefined ? [] : [[chain, policy === "DROP" ? "drop" : "accept"] as const];
  });
  return { chains, policies: new Map(policies) };
}

/** An option of a rule with its value, and whether it is turned round by `!`. */
interface Part {
  readonly option: string;
  readonly value: string;
  readonly isNegated: boolean;
}

function readRule(words: readonly string[], chains: ReadonlySet<string>): Rule {
  const { parts, verdict } = split(words, chains);
  return (packet) => ({
    verdict,
    matches: all(
      parts.map(({ option, value, isNegated }) => {
        const found = matches[option]?.(packet, value);
        return isNegated ? not(found) : found;
      }),
    ),
  });
}

function split(words: readonly string[], chains: ReadonlySet<string>) {
  const parts: Part[] = [];
  let isNegated = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    const value = words[at + 1] ?? "";
    if (word === "!") {
      isNegated = true;
      continue;
    }
    if (word === "-j" || word === "-g") return { parts, verdict: verdictOf(word, value, chains) };
    // `-m` only loads what the options behind it mean.
    if (word === "-m") at += 1;
    else if (word.startsWith("-")) parts.push({ option: word, value, isNegated });
    if (word !== "-m" && word in matches) at += 1;
    isNegated = false;
  }
  return { parts, verdict: next };
}

const next: Verdict = { kind: "next" };

/** All other targets (LOG, MARK, …) let the packet go on. */
function verdictOf(option: "-j" | "-g", target: string, chains: ReadonlySet<string>): Verdict {
  if (chains.has(target)) return { kind: option === "-j" ? "jump" : "goto", chain: target };
  const kind = targets[target];
  return kind === undefined || kind === "jump" || kind === "goto" ? next : { kind };
}

function isInPorts(port: number, value: string): boolean {
  const [first = 0, last = first] = value.split(":").map((each) => (each === "" ? undefined : Number(each)));
  return port >= first && port <= (value.endsWith(":") ? 65_535 : last);
}

function isInState({ isTranslated }: Packet, value: string): boolean {
  const states = value.split(",");
  return states.includes("NEW") || (isTranslated && states.includes("DNAT"));
}

function isOfType(isLocal: boolean, type: string): boolean {
  return type === "LOCAL" ? isLocal : type === "UNICAST" && !isLocal;
}

/** Words as iptables quotes them. */
function wordsOf(text: string): readonly string[] {
  return Array.from(
    text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g),
    ([, quoted, plain]) => quoted ?? plain ?? "",
  );
}
