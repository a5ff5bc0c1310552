import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { FairwayError } from "../errors.ts";

const run = promisify(execFile);

/** How long a program may take, ms: longer than any of them needs for a large database. */
const limitMs = 60_000;

export interface ProgramOptions {
  /** The file that gets what it prints; returned without one. */
  readonly output?: string;
  /** After this long it is ended, ms; 60 s by default. */
  readonly timeoutMs?: number;
}

/**
 * Runs one of Open vSwitch's programs, which some distributions keep where only root's search path leads. Files become
 * root's. Throws what the program said, or `timeout` where it did not end in time.
 */
export async function execute(
  program: string,
  args: readonly string[],
  { output, timeoutMs = limitMs }: ProgramOptions = {},
): Promise<string> {
  const path = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;
  const script = output === undefined ? 'exec "$0" "$@"' : 'exec "$0" "$@" >"$OUTPUT"';
  const env = { ...process.env, PATH: path, ...(output === undefined ? {} : { OUTPUT: output }) };
  const words = ["-c", `umask 077; ${script}`, program, ...args];
  try {
    const { stdout } = await run("/bin/sh", words, { env, timeout: timeoutMs, killSignal: "SIGKILL" });
    return stdout;
  } catch (cause) {
    if (!(cause instanceof Error && "killed" in cause && cause.killed === true)) throw cause;
    const message = `${program} ${args.join(" ")} did not end within ${timeoutMs / 1000} s`;
    throw new FairwayError("timeout", message, { cause });
  }
}
