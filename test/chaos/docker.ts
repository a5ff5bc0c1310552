import type { Host } from "../../lab/host/host.ts";

/** Docker's calls wait up to 30 s for the center, one after the other, and a host may be frozen for 20 s. */
const answerBoundMs = 180_000;

export interface Answer {
  readonly ok: boolean;
  /** What it said went wrong, with the time it took. */
  readonly said: string;
}

/** Runs `docker` on a host. Never throws: a host may be off. @param timeoutMs it is killed then. */
export async function docker(
  host: Host,
  argv: readonly string[],
  timeoutMs = answerBoundMs,
): Promise<Answer> {
  const begunAt = performance.now();
  const answer = await host
    .run(["docker", ...argv], { check: false, timeoutMs })
    .catch((error: unknown) => ({ code: 1, stdout: "", stderr: String(error) }));
  const ok = answer.code === 0;
  const took = `${((performance.now() - begunAt) / 1000).toFixed(1)} s`;
  const lines = answer.stderr.trim().split("\n");
  // What follows it is a hint at `--help`, or an exit status.
  const last = lines.find((line) => line.includes("Error")) ?? lines.at(-1) ?? "";
  return { ok, said: ok ? `ok, ${took}` : `failed, ${took}: ${last.slice(0, 300)}` };
}
