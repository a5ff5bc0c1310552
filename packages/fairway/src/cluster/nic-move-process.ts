import { createHash } from "node:crypto";
import { once } from "node:events";
import { nicCommand } from "../agent/provider-bridges/taken-nics.ts";
import { run } from "../host/program.ts";
import { hasSystemd } from "../host/systemd.ts";
import { ownCommand, startDetached } from "./own-program.ts";

const boundMs = 60_000;
/** What of this process's environment the other one needs. */
const passed = ["FAIRWAY_CONFIG", "FAIRWAY_FAILPOINT"] as const;

/**
 * Starts `fairway move-nic FILE` on this machine, and waits for its end: a unit of systemd's own, which a stop of Fairway's does not end, or,
 * where there is none, a process that outlives this one.
 */
export async function startNicMove(file: string): Promise<void> {
  const words = [...process.argv.slice(2).map((word) => (word === "run" ? nicCommand : word)), file];
  if (hasSystemd() && (await startUnit(words, file))) return;
  const child = startDetached(words, "inherit");
  await once(child, "exit");
}

/** @returns whether systemd took it. */
async function startUnit(words: readonly string[], file: string): Promise<boolean> {
  const name = `fairway-nic-${createHash("sha256").update(file).digest("hex").slice(0, 8)}`;
  const settings = passed.flatMap((variable) => {
    const value = process.env[variable];
    return value === undefined ? [] : [`--setenv=${variable}=${value}`];
  });
  const options = ["--quiet", "--collect", "--wait", `--unit=${name}`, ...settings];
  const { code, stderr } = await run("systemd-run", [...options, ...ownCommand(words)], { boundMs });
  // Its status is that of the unit, which has said itself what failed; of its own failures it writes a line that begins so.
  return code === 0 || !/^Failed to /m.test(stderr);
}
