import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { FairwayError } from "../../errors.ts";

const defaultBoundMs = 15_000;

/** What a program of the machine printed. */
export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs one of the machine's own programs for the firewall.
 * @param boundMs 15 s by default.
 * @throws `unsupported` where it is not installed, `timeout` where it did not end in time: then it is killed.
 */
export async function run(
  program: string,
  words: readonly string[],
  input = "",
  boundMs = defaultBoundMs,
): Promise<Output> {
  const signal = AbortSignal.timeout(boundMs);
  // What does not end in time may not listen to a kinder signal either.
  const child = spawn(program, words, { stdio: "pipe", signal, killSignal: "SIGKILL" });
  const { promise: exited, resolve, reject } = Promise.withResolvers<number>();
  child.on("error", reject).on("close", (code) => resolve(code ?? -1));
  // A program that fails early does not read to the end.
  child.stdin.on("error", () => undefined).end(input);
  try {
    const [code, stdout, stderr] = await Promise.all([exited, text(child.stdout), text(child.stderr)]);
    return { code, stdout, stderr };
  } catch (error) {
    if (signal.aborted) throw new FairwayError("timeout", `${program} did not end in ${boundMs / 1000} s`);
    throw new FairwayError("unsupported", `${program} cannot be run; is it installed?`, { cause: error });
  }
}
