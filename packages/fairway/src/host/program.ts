import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { FairwayError, messageOf } from "../errors.ts";

const defaultBoundMs = 30_000;

export interface ProgramOptions {
  /** What the program reads; nothing by default. */
  readonly input?: string;
  /** After so many milliseconds it is killed; 30 s by default. */
  readonly boundMs?: number;
  /** It is killed when this is aborted, too; then what started it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** A file, root's alone, that gets what it prints. */
  readonly output?: string;
  /** Whether files that it makes are root's alone (umask 077). */
  readonly isPrivate?: boolean;
}

/** How a program ended, and what it printed. */
export interface Outcome {
  /** Its exit status; -1 where a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs one of the machine's programs, whatever comes of it. Some distributions keep what only root uses where only root's search path leads.
 * @throws `unsupported` where it is not installed, `timeout` where it did not end in time: then it is killed.
 */
export async function run(
  program: string,
  words: readonly string[],
  options: ProgramOptions = {},
): Promise<Outcome> {
  const { input = "", boundMs = defaultBoundMs, output, isPrivate = false } = options;
  const late = AbortSignal.timeout(boundMs);
  const signal = options.signal === undefined ? late : AbortSignal.any([late, options.signal]);
  const env = { ...process.env, LC_ALL: "C", PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` };
  const [file, argv] = isPrivate
    ? ["/bin/sh", ["-c", 'umask 077; exec "$0" "$@"', program, ...words]]
    : [program, words];
  await using stack = new AsyncDisposableStack();
  const printed = output === undefined ? undefined : stack.use(await open(output, "w", 0o600));
  const stdio = ["pipe", printed?.fd ?? "pipe", "pipe"] as const;
  // What does not end in time may not listen to a kinder signal either.
  const child = spawn(file, argv, { env, stdio: [...stdio], signal, killSignal: "SIGKILL" });
  const { promise: exited, resolve, reject } = Promise.withResolvers<number>();
  child.on("error", reject).on("close", (code) => resolve(code ?? -1));
  // A program that fails early does not read to the end.
  child.stdin?.on("error", () => undefined).end(input);
  const read = (stream: typeof child.stdout) => (stream === null ? "" : text(stream));
  try {
    const [code, stdout, stderr] = await Promise.all([exited, read(child.stdout), read(child.stderr)]);
    return { code, stdout, stderr };
  } catch (cause) {
    options.signal?.throwIfAborted();
    if (late.aborted)
      throw new FairwayError("timeout", `${told(program, words)} did not end within ${boundMs / 1000} s`, {
        cause,
      });
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    const why = isMissing ? "is not installed" : `cannot be run: ${messageOf(cause)}`;
    throw new FairwayError("unsupported", `${program} ${why}`, { cause });
  }
}

/**
 * What one of the machine's programs prints, trimmed.
 * @throws as `run` does, and `unavailable` with the program's own words where it fails.
 */
export async function command(
  program: string,
  words: readonly string[],
  options: ProgramOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(program, words, options);
  if (code === 0) return stdout.trim();
  // What the shell of a private one says where the program is not there (POSIX, XCU 2.8.2).
  if (code === 127 && options.isPrivate === true)
    throw new FairwayError("unsupported", `${program} is not installed`);
  const said = (stderr.trim() || stdout.trim()).split("\n").slice(-5).join("; ");
  throw new FairwayError("unavailable", `${told(program, words)} ended with ${code}${said && `: ${said}`}`);
}

const told = (program: string, words: readonly string[]): string => [program, ...words].join(" ");
