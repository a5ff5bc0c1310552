import type { Machine } from "../../lab/host/machine.ts";

export interface TypedOptions {
  /** The exit code that the command must end with. Default: 0. */
  readonly code?: number;
  readonly timeoutMs?: number;
}

/**
 * Types a line on a machine, as a person does, and prints both what was typed and what came, in the order in which it came, as a page of the documentation
 * shows it.
 *
 * @returns what was printed.
 * @throws Error where it ended with another code.
 */
export async function typed(
  machine: Machine,
  line: string,
  { code: expected = 0, timeoutMs = 180_000 }: TypedOptions = {},
): Promise<string> {
  console.log(`${machine.name}# ${line}`);
  const { stdout, code } = await machine.run(["sh", "-c", `cd /root; exec 2>&1; ${line}`], {
    check: false,
    timeoutMs,
    env: { DEBIAN_FRONTEND: "noninteractive", COLUMNS: "140" },
  });
  // What a program writes over itself, as apt's progress, a page shows as it stood last.
  const output = stdout.replaceAll(/^.*\r(?!\n)/gm, "").trimEnd();
  if (output !== "") console.log(output);
  console.log();
  if (code !== expected) throw new Error(`${machine.name}: ${line}: ended with ${code}, not ${expected}`);
  return stdout;
}

/** A heading between the commands. */
export function heading(text: string): void {
  console.log(`## ${text}\n`);
}
