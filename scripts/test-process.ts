import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import type { Counts } from "./promise-reporter.ts";
import type { Suite } from "./test-suites.ts";

export interface Outcome extends Counts {
  readonly suite: Suite;
  readonly seconds: number;
  /** What the tests printed. */
  readonly output: string;
}

export interface TestProcessOptions {
  readonly variant: string;
  /** Only titles that match. */
  readonly titles?: RegExp;
  /** Nothing takes longer, neither a test nor all of them; the process is ended then, ms. */
  readonly timeoutMs: number;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

const promises = ".cache/promises";
/** How long a process that was told to end may take, ms: a loop that never waits does not hear of it. */
const graceMs = 5_000;

/**
 * Runs a suite's tests in a process of their own and collects what it prints. A process that does not come to its end
 * counts as one failed test.
 */
export async function runSuite(suite: Suite, options: TestProcessOptions): Promise<Outcome> {
  const { variant, titles, timeoutMs, env, signal } = options;
  const name = basename(suite.name, ".test.ts");
  const kind = suite.isInTree ? "unit" : suite.name.startsWith("test/lab/") ? "lab" : `e2e-${variant}`;
  const report = `.cache/tests/${kind}-${name}-${process.pid}.jsonl`;
  await mkdir(".cache/tests", { recursive: true });
  const reporters = [
    ["spec", "stdout"],
    ["./scripts/promise-reporter.ts", report],
  ];
  const argv = [
    ...(suite.isInTree ? ["lab/in-tree", "debian12"] : []),
    process.execPath,
    "--test",
    // A file of its own needs no other process, which would wait for whatever a test left behind with its output.
    // Of component tests as many at once as there are cores: Node's own choice leaves one of two idle.
    suite.isInTree ? `--test-concurrency=${availableParallelism()}` : "--test-isolation=none",
    `--test-timeout=${suite.isInTree ? 120_000 : timeoutMs}`,
    ...(titles === undefined ? [] : [`--test-name-pattern=${titles.source}`]),
    ...reporters.flatMap(([reporter, destination]) => [
      `--test-reporter=${reporter}`,
      `--test-reporter-destination=${destination}`,
    ]),
    ...suite.files,
  ];
  const begunAt = performance.now();
  const bound = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const { code, output } = await collect(argv, { ...env, VARIANT: variant }, bound);
  const seconds = (performance.now() - begunAt) / 1000;
  const { counts, proofs } = await readReport(report);
  // A part of a file's tests does not replace what is known of the whole.
  if (titles === undefined) {
    await mkdir(promises, { recursive: true });
    await writeFile(`${promises}/${kind}-${name}.jsonl`, proofs);
  }
  const failed = code !== 0 ? Math.max(counts.failed, 1) : counts.failed;
  return { ...counts, failed, suite, seconds, output };
}

/** What the reporter wrote: the counts, none where the tests did not come to their end, and the lines about promises. */
async function readReport(file: string): Promise<{ counts: Counts; proofs: string }> {
  const text = await readFile(file, "utf8").catch(() => "");
  await rm(file, { force: true });
  const lines = text.split(/(?<=\n)/);
  const last = lines.findLast((line) => line.startsWith('{"counts"'));
  const counts: Counts = last ? JSON.parse(last).counts : { passed: 0, failed: 1, skipped: 0 };
  return { counts, proofs: lines.filter((line) => line.startsWith('{"id"')).join("") };
}

async function collect(
  [program = "", ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let killing: NodeJS.Timeout | undefined;
  const end = () => {
    child.kill();
    killing = setTimeout(() => child.kill("SIGKILL"), graceMs);
  };
  signal.addEventListener("abort", end);
  if (signal.aborted) end();
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  // Not "close": what a test left behind may hold the pipes open for ever.
  const [code] = (await once(child, "exit")) as [number | null];
  await new Promise((resolve) => setImmediate(resolve));
  child.stdout.destroy();
  child.stderr.destroy();
  signal.removeEventListener("abort", end);
  clearTimeout(killing);
  return { code, output };
}
