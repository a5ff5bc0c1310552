import { FairwayError } from "../../errors.ts";
import { run } from "./command.ts";
import { passMark } from "./ruleset.ts";

const programs = ["iptables", "ip6tables"] as const;
const patience = ["-w", "5"];
const rule = `-m mark --mark 0x${passMark.toString(16)}/0x${passMark.toString(16)} -m comment --comment fairway -j ACCEPT`;
/** Also those that an older Fairway made. */
const ours = /^-A (\S+) .*--comment "?fairway"? -j ACCEPT$/;

/**
 * The one thing of ours outside our table: what our table has marked is accepted where somebody's iptables would drop it. Docker
 * does so by its FORWARD policy, and has the chain DOCKER-USER for others' rules; with its nftables back end (29) it has
 * neither, and nothing is to be done. It is the last rule of its chain, and made so again: people's own rules come first.
 */
export async function acceptForwarded(): Promise<void> {
  for (const program of programs) {
    const rules = await list(program);
    const chain = chainFor(rules);
    const own = rules.filter((each) => ours.test(each));
    if (chain === undefined) {
      await change(program, own.map(deletion));
      continue;
    }
    const ofChain = rules.filter((each) => each.startsWith(`-A ${chain} `));
    const others = ofChain.filter((each) => !ours.test(each));
    const place = placeAmong(others, chain);
    const isRight = own.length === 1 && ofChain[place] === `-A ${chain} ${rule}`;
    if (!isRight) await change(program, [...own.map(deletion), `-I ${chain} ${place + 1} ${rule}`]);
  }
}

/** Takes our rules back, wherever they are. */
export async function withdrawForwarded(): Promise<void> {
  for (const program of programs)
    await change(program, (await list(program)).filter((each) => ours.test(each)).map(deletion));
}

/** Our rules, as iptables writes them, each with its program. */
export async function listAccepted(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const program of programs)
    for (const each of await list(program)) if (ours.test(each)) found.push(`${program} ${each}`);
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

/** All rules of the filter table; none where the program is not there. */
async function list(program: string): Promise<readonly string[]> {
  try {
    const { stdout } = await run(program, [...patience, "-S"]);
    return stdout.split("\n");
  } catch (error) {
    if (error instanceof FairwayError && error.code === "unsupported") return [];
    throw error;
  }
}

/** All of it at once, so that no packet meets a half of it. */
async function change(program: string, commands: readonly string[]): Promise<void> {
  if (commands.length === 0) return;
  const script = ["*filter", ...commands, "COMMIT", ""].join("\n");
  const { code, stderr } = await run(`${program}-restore`, [...patience, "--noflush"], script);
  if (code !== 0)
    throw new FairwayError("internal", `${program}-restore ${commands.join("; ")}: ${stderr.trim()}`);
}
