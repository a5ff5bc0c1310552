import { readFileSync } from "node:fs";
import { until } from "./until.ts";

/** A process for its whole life: its number alone may be given to another one later. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks from the machine's boot to the process's start: field 22 of proc_pid_stat(5). */
  startedAt: number;
}

/** Identifies a running process; `undefined` when there is none with this number, or only its zombie. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses, which may hold spaces and parentheses itself.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (!fields || fields[0] === "Z") return undefined;
  return { pid, startedAt: Number(fields[19]) };
}

export function isAlive({ pid, startedAt }: ProcessIdentity): boolean {
  return identifyProcess(pid)?.startedAt === startedAt;
}

/** Reads `PID STARTED-AT` from a file; `undefined` when there is no file or the process has ended. */
export function readLiveProcess(pidFile: string): ProcessIdentity | undefined {
  const [pid, startedAt] = readIfThere(pidFile)?.trim().split(" ").map(Number) ?? [];
  if (pid === undefined || startedAt === undefined) return undefined;
  const identity = { pid, startedAt };
  return isAlive(identity) ? identity : undefined;
}

/** Kills a process (SIGKILL) and waits until it is gone. */
export async function endProcess(identity: ProcessIdentity): Promise<void> {
  if (isAlive(identity)) process.kill(identity.pid, "SIGKILL");
  await until(`process ${identity.pid} to end`, () => !isAlive(identity), { everyMs: 5 });
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
