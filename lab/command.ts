import { spawn } from "node:child_process";
import { LabError } from "./errors.ts";

export interface CommandOptions {
  /** Sent to the command's standard input, which is empty otherwise. */
  input?: string | Uint8Array;
  /** The command is killed after this time. Default: 60,000. */
  timeoutMs?: number;
  /** Whether a code other than 0 throws. Default: true. */
  check?: boolean;
  env?: NodeJS.ProcessEnv;
  /** What errors call the command. Default: the command itself. */
  title?: string;
  /** Called with standard error as it comes, for progress. */
  onStderr?: (text: string) => void;
}

export interface CommandResult {
  stdout: string;
  stderr: string;
  /** Exit code; `null` when it died by a signal. */
  code: number | null;
}

/**
 * Runs a program to its end and collects what it printed.
 *
 * @throws LabError `command-failed` with the command and its output, or `timeout`.
 */
export async function runCommand(
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const {
    input = "",
    timeoutMs = 60_000,
    check = true,
    env = process.env,
    onStderr,
    title = argv.join(" "),
  } = options;
  const [program = "", ...args] = argv;
  const child = spawn(program, args, { env, stdio: ["pipe", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    onStderr?.(text);
  });
  // A command that ends without reading its input closes the pipe: its exit code says what that meant.
  child.stdin.on("error", () => {}).end(input);

  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
    // What it started may live on and keep its output open.
    child.stdout.destroy();
    child.stderr.destroy();
  }, timeoutMs);
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on("error", reject).on("close", resolve);
  try {
    const code = await promise;
    if (timedOut) throw failure("timeout", title, `was killed after ${timeoutMs} ms`, stdout, stderr);
    if (check && code !== 0) {
      const how = code === null ? `died by ${child.signalCode}` : `ended with ${code}`;
      throw failure("command-failed", title, how, stdout, stderr);
    }
    return { stdout, stderr, code };
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw new LabError("command-failed", `${title}: could not be started`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function failure(
  code: "timeout" | "command-failed",
  title: string,
  how: string,
  stdout: string,
  stderr: string,
): LabError {
  const output = [stdout, stderr].map(lastLines).filter(Boolean);
  return new LabError(code, [`${title}: ${how}`, ...output].join("\n"));
}

/** Enough to see what went wrong, without an installation's whole output. */
const lastLines = (text: string) => text.trimEnd().split("\n").slice(-30).join("\n");
