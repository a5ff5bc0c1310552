import { RulesInForce } from "../../host/packet-filter/rules-in-force.ts";
import { inTurn } from "../../runtime/in-turn.ts";
import { changeIptables, iptablesPrograms, markRule, own as ours } from "./iptables.ts";

/**
 * What our table has marked is accepted where somebody's iptables would not forward it. Docker
 * does so by its FORWARD policy, and has the chain DOCKER-USER for others' rules; with its nftables back end (29) it has
 * neither, and nothing is to be done. It is the last rule of its chain, and made so again: people's own rules come first.
 * @throws `internal` where a family's iptables does not take it; the other family has it all the same.
 */
export async function acceptForwarded(inForce = new RulesInForce()): Promise<void> {
  await inTurn(iptablesPrograms.map((program) => () => acceptBy(program, inForce)));
}

async function acceptBy(program: string, inForce: RulesInForce): Promise<void> {
  const rules = await inForce.iptables(program);
  const chain = chainFor(rules);
  const own = rules.filter((each) => ours.test(each) && !each.startsWith("-A INPUT "));
  if (chain === undefined) return changeIptables(program, own.map(deletion), inForce);
  const ofChain = rules.filter((each) => each.startsWith(`-A ${chain} `));
  const others = ofChain.filter((each) => !ours.test(each));
  const place = placeAmong(others, chain);
  const isRight = own.length === 1 && ofChain[place] === `-A ${chain} ${markRule}`;
  const right = `-I ${chain} ${place + 1} ${markRule}`;
  if (!isRight) await changeIptables(program, [...own.map(deletion), right], inForce);
}

/** Takes our rules in iptables back, in whichever chain they are. */
export async function withdrawForwarded(): Promise<void> {
  const inForce = new RulesInForce();
  for (const program of iptablesPrograms) {
    const own = (await inForce.iptables(program)).filter((each) => ours.test(each));
    await changeIptables(program, own.map(deletion), inForce);
  }
}

/** Our rules in iptables, as it writes them, each with its program. */
export async function listAccepted(): Promise<readonly string[]> {
  const found: string[] = [];
  const inForce = new RulesInForce();
  for (const program of iptablesPrograms)
    for (const each of await inForce.iptables(program)) if (ours.test(each)) found.push(`${program} ${each}`);
  return found;
}

function chainFor(rules: readonly string[]): string | undefined {
  if (rules.includes("-N DOCKER-USER")) return "DOCKER-USER";
  return rules.includes("-P FORWARD DROP") ? "FORWARD" : undefined;
}

/** How many of a chain's rules stand before ours: all, or those before a RETURN of everything, which Docker 20.10 puts at the end. */
function placeAmong(others: readonly string[], chain: string): number {
  const back = others.indexOf(`-A ${chain} -j RETURN`);
  return back === -1 ? others.length : back;
}

function deletion(own: string): string {
  return own.replace("-A", "-D");
}
