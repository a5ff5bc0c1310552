import { FairwayError } from "../../errors.ts";
import type { RulesInForce } from "../../host/packet-filter/rules-in-force.ts";
import { run } from "../../host/program.ts";
import { passMark } from "./ruleset.ts";

/** Of each family. */
export const iptablesPrograms = ["iptables", "ip6tables"] as const;

const patience = ["-w", "5"];
const mark = `0x${passMark.toString(16)}`;

/** Our rule in other people's chains: what our table has marked is accepted. */
export const markRule = `-m mark --mark ${mark}/${mark} -m comment --comment fairway -j ACCEPT`;

/** Our rules as iptables lists them, with their chain; also those that an older Fairway made. */
export const own = /^-A (\S+) .*--comment "?fairway"? -j ACCEPT$/;

/**
 * Makes all changes at once, so that no packet meets a half of them.
 * @param inForce is listed anew after them. @throws `internal` with the program's words.
 */
export async function changeIptables(
  program: string,
  commands: readonly string[],
  inForce: RulesInForce,
): Promise<void> {
  if (commands.length === 0) return;
  const script = ["*filter", ...commands, "COMMIT", ""].join("\n");
  inForce.forget();
  const { code, stderr } = await run(`${program}-restore`, [...patience, "--noflush"], { input: script });
  if (code !== 0)
    throw new FairwayError("internal", `${program}-restore ${commands.join("; ")}: ${stderr.trim()}`);
}
