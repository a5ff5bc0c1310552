import { type ChildProcess, spawn } from "node:child_process";

/** Whether a command line is one of this program's, with that command, e.g. `run`. */
export function isOwn([executable = "", ...words]: readonly string[], command: string): boolean {
  return [executable, ...words].some((word) => word.includes("fairway")) && words.includes(command);
}

/**
 * Starts this very program as a process that outlives this one.
 * @param words of its command line.
 * @param output where it writes its log: a file descriptor, or where this process writes its own.
 */
export function startDetached(words: readonly string[], output: number | "inherit"): ChildProcess {
  const [, program = ""] = process.argv;
  const child = spawn(process.execPath, [...process.execArgv, program, ...words], {
    detached: true,
    stdio: ["ignore", output, output],
  });
  child.unref();
  return child;
}
