import { type Filter, filtersInForce, listRuleset } from "../../host/packet-filter/filters.ts";
import { listIptables } from "../../host/packet-filter/listing.ts";
import type { NftListing } from "../../host/packet-filter/nftables-listing.ts";
import { run } from "../../host/program.ts";
import { inTurn } from "../../runtime/in-turn.ts";
import { changeIptables, markRule, own } from "./iptables.ts";
import { namePackets } from "./name-packets.ts";
import { ownTable, passMark } from "./ruleset.ts";

/** By which our rules in other people's chains are known. */
const tag = "fairway";

const nftRule = `meta mark & ${passMark} == ${passMark} accept comment "${tag}"`;

/**
 * Sees to it that other people's filters let in containers' questions for names, which our table has marked. What is accepted in one chain may
 * still be dropped in another, so the rule stands in each chain that would drop them, before all others: it is about nothing but names. Where a
 * chain lets them in without it, there is none.
 * @returns the filters that do not take it. @throws `internal` where a family's iptables does not; all others have it then.
 */
export async function acceptNames(): Promise<readonly Filter[]> {
  const wanted = (await filtersInForce({ table: ownTable, comment: tag })).filter(dropsNames);
  const refusing: Filter[] = [];
  await inTurn([
    () => acceptByIptables(wanted),
    async () => refusing.push(...(await acceptByNft(wanted.filter(({ program }) => program === "nft")))),
  ]);
  return refusing;
}

/** The filters that do not let in containers' questions for names, with the rules that are there. */
export async function namesDroppedBy(): Promise<readonly Filter[]> {
  const filters = await filtersInForce({ table: ownTable });
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

function acceptByIptables(wanted: readonly Filter[]): Promise<void> {
  return inTurn(["iptables", "ip6tables"].map((program) => () => acceptBy(program, wanted)));
}

async function acceptBy(program: string, wanted: readonly Filter[]): Promise<void> {
  const rules = await listIptables(program);
  const ofInput = rules.filter((each) => each.startsWith("-A INPUT "));
  const ours = ofInput.filter((each) => own.test(each));
  const isWanted = wanted.some((filter) => filter.program === program);
  const right = isWanted ? [`-A INPUT ${markRule}`] : [];
  const isRight =
    ours.length === right.length && ofInput.slice(0, right.length).every((each, at) => each === right[at]);
  if (isRight) return;
  const deletions = ours.map((each) => each.replace("-A", "-D"));
  await changeIptables(program, [
    ...deletions,
    ...right.map((each) => each.replace("-A INPUT", "-I INPUT 1")),
  ]);
}

/** @returns the filters that do not take a rule of ours. */
async function acceptByNft(wanted: readonly Filter[]): Promise<readonly Filter[]> {
  const refusing = wanted.filter(({ isOpen }) => !isOpen);
  const places = new Map(wanted.filter(({ isOpen }) => isOpen).map((filter) => [filter.place, filter]));
  const { rules } = await listRuleset();
  const present = await ownAmong(rules);
  const placeOf = (rule: { family: string; table: string; chain: string }) =>
    `${rule.family} ${rule.table} ${rule.chain}`;
  for (const rule of present) {
    const first = rules.find((each) => placeOf(each) === placeOf(rule));
    if (places.has(placeOf(rule)) && first?.handle === rule.handle) places.delete(placeOf(rule));
    else await run("nft", ["delete", "rule", ...placeOf(rule).split(" "), "handle", String(rule.handle)]);
  }
  for (const [place, filter] of places)
    if ((await run("nft", ["-f", "-"], { input: `insert rule ${place} ${nftRule}\n` })).code !== 0)
      refusing.push(filter);
  return refusing;
}

async function ownNftRules(): Promise<NftListing["rules"]> {
  return ownAmong((await listRuleset()).rules);
}

/** Without those in tables that iptables lists: there it takes them back itself. */
async function ownAmong(rules: NftListing["rules"]): Promise<NftListing["rules"]> {
  const own = rules.filter(
    ({ family, table, comment }) => comment === tag && `${family} ${table}` !== ownTable,
  );
  if (own.length === 0) return own;
  const [ofIptables, ofIp6tables] = await Promise.all([listIptables("iptables"), listIptables("ip6tables")]);
  const covered = [
    ...(ofIptables.some((line) => line.startsWith("-P ")) ? ["ip filter"] : []),
    ...(ofIp6tables.some((line) => line.startsWith("-P ")) ? ["ip6 filter"] : []),
  ];
  return own.filter(({ family, table }) => !covered.includes(`${family} ${table}`));
}
