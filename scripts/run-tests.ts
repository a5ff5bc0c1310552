import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ensureTree, parseVariant } from "../lab/trees/tree.ts";
import { compareVersions, readVersions, recordedVersions } from "../lab/trees/versions.ts";
import { ensureBundle } from "./bundle.ts";
import { readJobs } from "./jobs.ts";
import { leftBehind, lookAround, runMark } from "./left-behind.ts";
import { type Outcome, runSuite } from "./test-process.ts";
import {
  chooseSuites,
  type Kind,
  kinds,
  longestFirst,
  type Suite,
  titlesBeginningWith,
} from "./test-suites.ts";

/**
 * Runs tests as make's targets name them: `run-tests.ts KIND… [--timeout MINUTES]`. Suites run JOBS at a time, the longest
 * first; each one's output is printed together when it ends. VARIANT and ID come from the environment, as make gives them.
 */
const figuresFile = join(import.meta.dirname, "test-figures.json");
/** Where Node keeps what it made of the sources: each file's process would do it again (half of a second, most of what many of them take). */
const compiled = resolve(".cache/compiled");
/** What `.ci/run` prints last. */
const closingFile = ".cache/tests/closing-line";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { timeout: { type: "string", default: "30" } },
});
const { VARIANT = "debian12", ID, JOBS, RECORD } = process.env;
const variant = parseVariant(VARIANT);
const jobs = readJobs(JOBS);
const id = ID === "" ? undefined : ID;

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());

const run = String(process.pid);
const temporary = join(tmpdir(), `fairway-tests-${run}`);

async function main(): Promise<boolean> {
  const figures: Record<string, number> = JSON.parse(await readFile(figuresFile, "utf8"));
  const chosen = chooseSuites({
    kinds: positionals.map(parseKind),
    withoutMixed: variant !== "debian12",
    ...(id !== undefined && { id }),
  });
  if (chosen.length === 0) {
    console.log(`No test of ${positionals.join(", ")} on ${variant} has a title that begins with ${id}.`);
    return false;
  }
  await ensureBundle();
  await mkdir(temporary, { recursive: true });
  const before = await lookAround(run, temporary);
  await showVersions();
  const ordered = longestFirst(chosen, figures);
  console.log(`${ordered.length} suites of tests on ${variant}, ${jobs} at a time.`);
  const begunAt = performance.now();
  const outcomes = [
    // Component tests use every core by themselves.
    ...(await inTurn(
      ordered.filter(({ isInTree }) => isInTree),
      1,
    )),
    ...(await inTurn(
      ordered.filter(({ isInTree }) => !isInTree),
      jobs,
    )),
  ];
  summarize(outcomes, (performance.now() - begunAt) / 1000);
  if (RECORD) await record(figures, outcomes);
  const left = await leftBehind(before, () => lookAround(run, temporary));
  await rm(temporary, { recursive: true, force: true });
  console.log(left.length === 0 ? "Nothing was left behind." : `Left behind:\n${left.join("\n")}`);
  const total = (key: "passed" | "failed" | "skipped") =>
    outcomes.reduce((sum, outcome) => sum + outcome[key], 0);
  // What was left behind is a failure of its own.
  const failed = total("failed") + (left.length === 0 ? 0 : 1);
  const ran = total("passed") + total("failed") + total("skipped");
  if (ran === 0) console.log(`No test ran${id === undefined ? "" : `: no title begins with ${id}`}.`);
  const closing = `${total("passed")} passed, ${failed} failed, ${total("skipped")} skipped`;
  await writeFile(closingFile, `${closing}\n`);
  console.log(`\n${closing}`);
  return ran > 0 && failed === 0 && !stop.signal.aborted;
}

/** What the tests run on, and what of it is newer or older than where they passed before. */
async function showVersions(): Promise<void> {
  const versions = await readVersions(variant, await ensureTree(variant));
  const main = ["docker.io", "openvswitch-switch", "ovn-central"].map(
    (name) => `${name} ${versions.get(name)}`,
  );
  console.log(`${variant}: ${main.join(", ")}`);
  const recorded = await recordedVersions(variant);
  for (const line of recorded ? compareVersions(versions, recorded) : []) console.log(`differs: ${line}`);
}

function parseKind(word: string): Kind {
  const kind = kinds.find((known) => known === word);
  if (kind === undefined) throw new Error(`No tests "${word}": there are ${kinds.join(", ")}.`);
  return kind;
}

/** Each next suite begins when one of the others has ended. */
async function inTurn(suites: readonly Suite[], atOnce: number): Promise<readonly Outcome[]> {
  const waiting = [...suites];
  const outcomes: Outcome[] = [];
  const work = async () => {
    for (let suite = waiting.shift(); suite && !stop.signal.aborted; suite = waiting.shift()) {
      console.log(`begins: ${suite.name}`);
      const outcome = await runSuite(suite, {
        variant,
        ...(id !== undefined && { titles: titlesBeginningWith(id) }),
        timeoutMs: Number(values.timeout) * 60_000,
        env: { ...process.env, [runMark]: run, TMPDIR: temporary, NODE_COMPILE_CACHE: compiled },
        signal: stop.signal,
      });
      outcomes.push(outcome);
      console.log(`\n──── ${line(outcome)}\n${outcome.output.trimEnd()}\n`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return outcomes;
}

function line({ suite, passed, failed, skipped, seconds }: Outcome): string {
  const counts = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
  return `${suite.name}: ${counts}, ${Math.round(seconds)} s`;
}

function summarize(outcomes: readonly Outcome[], seconds: number): void {
  console.log(`──── all in ${Math.round(seconds)} s`);
  for (const outcome of [...outcomes].sort((one, another) => another.seconds - one.seconds))
    console.log(`${outcome.failed > 0 ? "✖" : "✔"} ${line(outcome)}`);
  for (const { suite, output } of outcomes.filter(({ failed }) => failed > 0)) {
    const titles = output.matchAll(/^ *✖ (.*?)(?: \(\d[\d.]*ms\))?$/gm);
    for (const title of new Set(Array.from(titles, ([, title = ""]) => title)))
      if (title !== "failing tests:") console.log(`failed: ${suite.name}: ${title}`);
  }
}

/** `RECORD=1` keeps how long each took, for the order of later runs. */
async function record(
  figures: Readonly<Record<string, number>>,
  outcomes: readonly Outcome[],
): Promise<void> {
  const measured = outcomes.map(({ suite, seconds }) => [
    basename(suite.name, ".test.ts"),
    Math.round(seconds),
  ]);
  const all = Object.entries<number>({ ...figures, ...Object.fromEntries(measured) }).sort(
    ([, one], [, another]) => another - one,
  );
  await writeFile(figuresFile, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
}

process.exitCode = (await main()) ? 0 : 1;
