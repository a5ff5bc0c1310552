import { existsSync, readFileSync } from "node:fs";
import type { Family } from "../../ip.ts";
import { readIptables } from "./iptables-rules.ts";
import type { NftChain, NftListing } from "./nftables-listing.ts";
import { readNftRule } from "./nftables-rules.ts";
import { RulesInForce } from "./rules-in-force.ts";
import { type Chains, type Packet, type Rule, walk } from "./walk.ts";

/** Who keeps a filter, which tells by which command it is changed. */
type Keeper = "ufw" | "firewalld" | "iptables" | "nftables";

/** What happens to a packet in a filter; `perhaps`: only the kernel can tell. */
export type Fate = "passes" | "dropped" | "perhaps";

/** A chain that the kernel asks about packets that are for this host; the word of each is final where it drops. */
export interface Filter {
  readonly keeper: Keeper;
  /** The program that changes it, with iptables; else `nft`. */
  readonly program: string;
  /** Its table and chain as nft writes them, e.g. `inet filter input`; the chain alone with iptables. */
  readonly place: string;
  /** The family of its packets; absent: both. */
  readonly family: Family | undefined;
  /** Whether one that it has been told to accept may be put into it by another program than its keeper. */
  readonly isOpen: boolean;
  readonly fateOf: (packet: Packet) => Fate;
  /** Whether it drops a packet to which no rule applies of those that only the kernel can tell, such as one about single senders. */
  readonly dropsUsually: (packet: Packet) => boolean;
}

/** What of the rules in force does not count. */
export interface Except {
  /** Tables of nftables, `inet fairway`. */
  readonly table: string;
  /** Comments of rules; absent: all rules count. */
  readonly comment?: string;
}

/** All filters that the kernel asks about packets for this host, of nftables and of both iptables. @throws as `run` does. */
export async function filtersInForce(
  except: Except,
  inForce = new RulesInForce(),
): Promise<readonly Filter[]> {
  const [listing, ...others] = await Promise.all([
    inForce.ruleset(),
    ...programs().map(async ({ name, family }) => ({ name, family, rules: await inForce.iptables(name) })),
  ]);
  const found = others.flatMap(({ name, family, rules }) => iptablesFilters(name, family, rules, except));
  const covered = new Set<string>(
    found.map(({ family }) => (family === 4 ? "ip filter INPUT" : "ip6 filter INPUT")),
  );
  return [...found, ...nftFilters(listing, except).filter(({ place }) => !covered.has(place))];
}

/** To look at the tables of the older iptables would make them, with the kernel's modules. */
const olderTables = {
  "iptables-legacy": "/proc/net/ip_tables_names",
  "ip6tables-legacy": "/proc/net/ip6_tables_names",
} as const;

function programs(): readonly { readonly name: string; readonly family: Family }[] {
  const older = (
    [
      ["iptables-legacy", 4],
      ["ip6tables-legacy", 6],
    ] as const
  ).filter(
    ([name]) => existsSync(olderTables[name]) && /^filter$/m.test(readFileSync(olderTables[name], "utf8")),
  );
  return ([["iptables", 4], ["ip6tables", 6], ...older] as const).map(([name, family]) => ({ name, family }));
}

function iptablesFilters(
  program: string,
  family: Family,
  rules: readonly string[],
  { comment }: Except,
): readonly Filter[] {
  const tag = comment === undefined ? undefined : new RegExp(`^-A .*--comment "?${comment}"? -j `);
  const lines = rules.filter((line) => tag?.test(line) !== true);
  const { chains, policies } = readIptables(lines.join("\n"));
  const policy = policies.get("INPUT");
  if (policy === undefined) return [];
  const keeper = lines.some((line) => /^-A INPUT .*-j ufw6?-/.test(line))
    ? "ufw"
    : lines.some((line) => /^-A INPUT .*-j INPUT_ZONES/.test(line))
      ? "firewalld"
      : "iptables";
  const word = wordOf(chains, "INPUT", policy, (packet) => packet.family === family);
  return [{ keeper, program, place: "INPUT", family, isOpen: true, ...word }];
}

const families: Readonly<Record<string, Family | "both">> = { inet: "both", ip: 4, ip6: 6 };

function nftFilters(
  { tables, chains, rules, sets }: NftListing,
  { table, comment }: Except,
): readonly Filter[] {
  const counted = rules.filter((rule) => comment === undefined || rule.comment !== comment);
  return chains.filter(isFilter).flatMap((base) => {
    const of = families[base.family];
    const name = `${base.family} ${base.table}`;
    if (of === undefined || name === table) return [];
    const isHere = (each: { readonly family: string; readonly table: string }) =>
      each.family === base.family && each.table === base.table;
    const elements = (wanted: string) => sets.find((set) => isHere(set) && set.name === wanted)?.elem ?? [];
    const names = new Set(counted.filter(isHere).map((rule) => rule.chain));
    const inTable: Chains = new Map(
      [...names].map((chain) => [
        chain,
        counted
          .filter((rule) => isHere(rule) && rule.chain === chain)
          .map((rule) => readNftRule(rule, elements)),
      ]),
    );
    const owner = tables.find((each) => each.family === base.family && each.name === base.table);
    const policy = base.policy === "drop" ? "drop" : "accept";
    const filter: Filter = {
      keeper: base.table === "firewalld" ? "firewalld" : "nftables",
      program: "nft",
      place: `${name} ${base.name}`,
      family: of === "both" ? undefined : of,
      isOpen: base.hook === "input" && !JSON.stringify(owner?.flags ?? []).includes("owner"),
      ...wordOf(inTable, base.name, policy, ({ family }) => of === "both" || of === family),
    };
    return filter;
  });
}

/** What is asked about each packet; a chain of type nat sees the first of a connection and is not there to drop it. */
function isFilter({ type, hook }: NftChain): boolean {
  return type === "filter" && (hook === "input" || hook === "prerouting");
}

/** What a filter says of packets; of those that it is not asked about, nothing. */
function wordOf(
  chains: Chains,
  base: string,
  policy: "accept" | "drop",
  isAbout: (packet: Packet) => boolean,
): Pick<Filter, "fateOf" | "dropsUsually"> {
  const usual: Chains = new Map(Array.from(chains, ([name, rules]) => [name, rules.map(withoutDoubt)]));
  return {
    fateOf: (packet) => (isAbout(packet) ? fate(chains, base, policy, packet) : "passes"),
    dropsUsually: (packet) => isAbout(packet) && fate(usual, base, policy, packet) === "dropped",
  };
}

/** A rule that does not apply where only the kernel could tell. */
function withoutDoubt(rule: Rule): Rule {
  return (packet) => {
    const { matches = false, verdict } = rule(packet);
    return { matches, verdict };
  };
}

function fate(chains: Chains, base: string, policy: "accept" | "drop", packet: Packet): Fate {
  const ways = new Set([...walk(chains, base, packet)].map((ending) => (ending === "end" ? policy : ending)));
  if (ways.size > 1) return "perhaps";
  return ways.has("drop") ? "dropped" : "passes";
}
