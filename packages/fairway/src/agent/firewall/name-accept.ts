import { type Filter, filtersInForce } from "../../host/packet-filter/filters.ts";
import type { NftListing } from "../../host/packet-filter/nftables-listing.ts";
import { RulesInForce } from "../../host/packet-filter/rules-in-force.ts";
import { run } from "../../host/program.ts";
import { inTurn } from "../../runtime/in-turn.ts";
import { changeIptables, iptablesPrograms, markRule, own } from "./iptables.ts";
import { namePackets } from "./name-packets.ts";
import { ownTable, passMark } from "./ruleset.ts";

/** Tables of nftables that each iptables lists. */
const listedBy = [
  ["iptables", "ip filter"],
  ["ip6tables", "ip6 filter"],
] as const;

/** By which our rules in other people's chains are known. */
const tag = "fairway";

const nftRule = `meta mark & ${passMark} == ${passMark} accept comment "${tag}"`;

/**
 * Sees to it that other people's filters let in containers' questions for names, which our table has marked. What is accepted in one chain may
 * still be dropped in another, so the rule stands in each chain that would drop them, before all others: it is about nothing but names. Where a
 * chain lets them in without it, there is none.
 * @returns the filters that do not take it. @throws `internal` where a family's iptables does not; all others have it then.
 */
export async function acceptNames(inForce = new RulesInForce()): Promise<readonly Filter[]> {
  const wanted = (await filtersInForce({ table: ownTable, comment: tag }, inForce)).filter(dropsNames);
  const refusing: Filter[] = [];
  await inTurn([
    () => acceptByIptables(wanted, inForce),
    async () => {
      const ofNft = wanted.filter(({ program }) => program === "nft");
      refusing.push(...(await acceptByNft(ofNft, inForce)));
    },
  ]);
  return refusing;
}

/** The filters that do not let in containers' questions for names, with the rules that are there. */
export async function namesDroppedBy(inForce = new RulesInForce()): Promise<readonly Filter[]> {
  const filters = await filtersInForce({ table: ownTable }, inForce);
  return filters.filter(({ fateOf }) => namePackets.some((packet) => fateOf(packet) === "dropped"));
}

/** Takes back what is in chains of nftables. */
export async function withdrawNames(): Promise<void> {
  for (const { family, table, chain, handle } of await ownNftRules())
    await run("nft", ["delete", "rule", family, table, chain, "handle", String(handle)]);
}

/** Our rules in other people's chains of nftables, as nft writes them. */
export async function listNamesAccepted(): Promise<readonly string[]> {
  return (await ownNftRules()).map(
    ({ family, table, chain }) => `nft ${family} ${table} ${chain} ${nftRule}`,
  );
}

const dropsNames = ({ dropsUsually }: Filter): boolean => namePackets.some(dropsUsually);

function acceptByIptables(wanted: readonly Filter[], inForce: RulesInForce): Promise<void> {
  return inTurn(iptablesPrograms.map((program) => () => acceptBy(program, wanted, inForce)));
}

async function acceptBy(program: string, wanted: readonly Filter[], inForce: RulesInForce): Promise<void> {
  const rules = await inForce.iptables(program);
  const ofInput = rules.filter((each) => each.startsWith("-A INPUT "));
  const ours = ofInput.filter((each) => own.test(each));
  const isWanted = wanted.some((filter) => filter.program === program);
  const right = isWanted ? [`-A INPUT ${markRule}`] : [];
  const isRight =
    ours.length === right.length && ofInput.slice(0, right.length).every((each, at) => each === right[at]);
  if (isRight) return;
  const deletions = ours.map((each) => each.replace("-A", "-D"));
  const insertions = right.map((each) => each.replace("-A INPUT", "-I INPUT 1"));
  await changeIptables(program, [...deletions, ...insertions], inForce);
}

/** @returns the filters that do not take a rule of ours. */
async function acceptByNft(wanted: readonly Filter[], inForce: RulesInForce): Promise<readonly Filter[]> {
  const refusing = wanted.filter(({ isOpen }) => !isOpen);
  const places = new Map(wanted.filter(({ isOpen }) => isOpen).map((filter) => [filter.place, filter]));
  const { rules } = await inForce.ruleset();
  const present = await ownAmong(rules, inForce);
  const placeOf = (rule: { family: string; table: string; chain: string }) =>
    `${rule.family} ${rule.table} ${rule.chain}`;
  for (const rule of present) {
    const first = rules.find((each) => placeOf(each) === placeOf(rule));
    if (places.has(placeOf(rule)) && first?.handle === rule.handle) {
      places.delete(placeOf(rule));
      continue;
    }
    inForce.forget();
    await run("nft", ["delete", "rule", ...placeOf(rule).split(" "), "handle", String(rule.handle)]);
  }
  if (places.size > 0) inForce.forget();
  for (const [place, filter] of places)
    if ((await run("nft", ["-f", "-"], { input: `insert rule ${place} ${nftRule}\n` })).code !== 0)
      refusing.push(filter);
  return refusing;
}

async function ownNftRules(): Promise<NftListing["rules"]> {
  const inForce = new RulesInForce();
  return ownAmong((await inForce.ruleset()).rules, inForce);
}

/** Without those in tables that iptables lists: there it takes them back itself. */
async function ownAmong(rules: NftListing["rules"], inForce: RulesInForce): Promise<NftListing["rules"]> {
  const own = rules.filter(
    ({ family, table, comment }) => comment === tag && `${family} ${table}` !== ownTable,
  );
  if (own.length === 0) return own;
  const covered = new Set<string>();
  for (const [program, place] of listedBy)
    if ((await inForce.iptables(program)).some((line) => line.startsWith("-P "))) covered.add(place);
  return own.filter(({ family, table }) => !covered.has(`${family} ${table}`));
}
