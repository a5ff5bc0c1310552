import { type ChildProcess, spawn } from "node:child_process";

/** Whether a command line is one of this program's, with that command, e.g. `run`. */
export function isOwn([executable = "", ...words]: readonly string[], command: string): boolean {
  return [executable, ...words].some((word) => word.includes("fairway")) && words.includes(command);
}

/** The command line that runs this very program. @param words its own part of it. */
export function ownCommand(words: readonly string[]): readonly [executable: string, ...rest: string[]] {
  const [, program = ""] = process.argv;
  return [process.execPath, ...process.execArgv, program, ...words];
}

/**
 * Starts this very program as a process that outlives this one.
 * @param words of its command line.
 * @param output where it writes its log: a file descriptor, or where this process writes its own.
 */
export function startDetached(words: readonly string[], output: number | "inherit"): ChildProcess {
  const [executable, ...rest] = ownCommand(words);
  const child = spawn(executable, rest, {
    detached: true,
    stdio: ["ignore", output, output],
  });
  child.unref();
  return child;
}
