import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Runs one of Open vSwitch's programs, which some distributions keep where only root's search path leads. Files become
 * root's.
 * @param output the file that gets what it prints; returned without one
 */
export async function execute(program: string, args: readonly string[], output?: string): Promise<string> {
  const path = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;
  const script = output === undefined ? 'exec "$0" "$@"' : 'exec "$0" "$@" >"$OUTPUT"';
  const env = { ...process.env, PATH: path, ...(output === undefined ? {} : { OUTPUT: output }) };
  const { stdout } = await run("/bin/sh", ["-c", `umask 077; ${script}`, program, ...args], { env });
  return stdout;
}
