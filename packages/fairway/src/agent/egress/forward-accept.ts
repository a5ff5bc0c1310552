import { FairwayError } from "../../errors.ts";
import { run } from "./command.ts";
import { legPrefix } from "./leg.ts";

const programs = ["iptables", "ip6tables"] as const;
const patience = ["-w", "5"];
const comment = "fairway";
const directions = ["-i", "-o"] as const;

/**
 * The one thing of ours outside our table: what the legs forward is accepted where somebody's iptables would drop it. Docker
 * does so by its FORWARD policy, and has the chain DOCKER-USER for others' rules; with its nftables back end (29) it has
 * neither, and nothing is to be done. People's own rules in DOCKER-USER come first.
 */
export async function acceptForwarded(): Promise<void> {
  for (const program of programs) {
    const rules = await list(program);
    const chain = chainFor(rules);
    if (chain === undefined) continue;
    for (const direction of directions) {
      if (rules.some((rule) => isOurs(rule, chain, direction))) continue;
      await change(program, ["-I", chain, String(placeIn(rules, chain)), ...match(direction)]);
    }
  }
}

/** Takes our rules back, wherever they are. */
export async function withdrawForwarded(): Promise<void> {
  for (const program of programs)
    for (const rule of await list(program))
      for (const direction of directions) {
        const chain = /^-A (\S+)/.exec(rule)?.[1];
        if (chain !== undefined && isOurs(rule, chain, direction))
          await change(program, ["-D", chain, ...match(direction)]);
      }
}

/** Our rules, as iptables writes them, each with its program. */
export async function listAccepted(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const program of programs)
    for (const rule of await list(program)) if (isOurs(rule)) found.push(`${program} ${rule}`);
  return found;
}

function match(direction: string): string[] {
  return [direction, `${legPrefix}+`, "-m", "comment", "--comment", comment, "-j", "ACCEPT"];
}

/** Whether a rule is one of ours: in this chain and direction, or in any. */
function isOurs(rule: string, chain = "\\S+", direction = "-[io]"): boolean {
  return new RegExp(`^-A ${chain} ${direction} ${legPrefix}\\+ .*--comment "?${comment}"? -j ACCEPT$`).test(
    rule,
  );
}

function chainFor(rules: readonly string[]): string | undefined {
  if (rules.includes("-N DOCKER-USER")) return "DOCKER-USER";
  return rules.includes("-P FORWARD DROP") ? "FORWARD" : undefined;
}

/** Behind people's own rules in DOCKER-USER, before Docker's RETURN; at the top of FORWARD. */
function placeIn(rules: readonly string[], chain: string): number {
  const own = rules.filter((rule) => rule.startsWith(`-A ${chain} `));
  if (chain === "FORWARD") return 1;
  return own.at(-1) === `-A ${chain} -j RETURN` ? own.length : own.length + 1;
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

async function change(program: string, words: readonly string[]): Promise<void> {
  const { code, stderr } = await run(program, [...patience, ...words]);
  if (code !== 0) throw new FairwayError("internal", `${program} ${words.join(" ")}: ${stderr.trim()}`);
}
