import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { FairwayError } from "../errors.ts";

const execute = promisify(execFile);

const defaultBoundMs = 30_000;

/**
 * What one of the machine's own programs prints, trimmed.
 * Throws `unsupported` where it is not installed, `unavailable` with its own words where it fails or does not end.
 */
export async function command(
  program: string,
  words: readonly string[],
  { timeoutMs = defaultBoundMs } = {},
): Promise<string> {
  // Some distributions keep what only root uses where only root's search path leads.
  const env = { ...process.env, LC_ALL: "C", PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` };
  try {
    const { stdout } = await execute(program, words, { env, timeout: timeoutMs });
    return stdout.trim();
  } catch (cause) {
    throw explained(program, words, cause, timeoutMs);
  }
}

function explained(
  program: string,
  words: readonly string[],
  cause: unknown,
  timeoutMs: number,
): FairwayError {
  const {
    code,
    stderr = "",
    stdout = "",
    killed = false,
  } = cause as {
    readonly code?: number | string;
    readonly stderr?: string;
    readonly stdout?: string;
    readonly killed?: boolean;
  };
  if (code === "ENOENT") return new FairwayError("unsupported", `${program} is not installed`, { cause });
  const how = killed ? `did not end within ${timeoutMs / 1000} s` : `ended with ${code}`;
  const said = (stderr.trim() || stdout.trim()).split("\n").slice(-5).join("; ");
  return new FairwayError("unavailable", `${[program, ...words].join(" ")} ${how}${said && `: ${said}`}`, {
    cause,
  });
}
