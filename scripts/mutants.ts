import { globSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { Mutant } from "../test/mutants/mutant.ts";
import { readJobs } from "./jobs.ts";
import { copyCheckout, type Launch, MutantRuns, type Verdict } from "./mutant-run.ts";

/**
 * Breaks the product as test/mutants/*.ts say and runs the tests that must notice: `mutants.ts`. AREA names one of those
 * files, ONLY is text in what a mutant breaks, its file or its test; JOBS run at a time, each in a copy of its own.
 */
const checkout = resolve(import.meta.dirname, "..");
const { AREA, ONLY = "", JOBS } = process.env;

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());

/** Every mutant of the checkout, or of an area. */
export async function readMutants(area = "*"): Promise<readonly Mutant[]> {
  const modules = await Promise.all(
    mutantFiles(area).map((file): Promise<{ mutants: readonly Mutant[] }> => import(join(checkout, file))),
  );
  return modules.flatMap(({ mutants }) => mutants);
}

function mutantFiles(area: string): string[] {
  const files = globSync(`test/mutants/${area}.ts`, { cwd: checkout });
  return files.filter((file) => basename(file) !== "mutant.ts").sort();
}

/**
 * Component tests run in a tree, where a process namespace ends what they leave behind. Hosts of a lab end with the test that
 * started them, and the lab looks for the processes of others: they need the machine's own. Tests of scripts need its programs, such as npm.
 */
const launch = (test: string): Launch =>
  !test.startsWith("packages/")
    ? { prefix: [], timeoutMs: 15 * 60_000 }
    : {
        prefix: [
          "unshare",
          "--pid",
          "--fork",
          "--kill-child",
          "--mount-proc",
          join(checkout, "lab/in-tree"),
          "debian12",
        ],
        timeoutMs: 3 * 60_000,
      };

async function main(): Promise<boolean> {
  const jobs = readJobs(JOBS);
  const all = await readMutants(AREA || undefined);
  const waiting = all.filter(({ breaks, file, test }) =>
    [breaks, file, test].some((text) => text.includes(ONLY)),
  );
  if (waiting.length === 0) {
    const areas = mutantFiles("*").map((file) => basename(file, ".ts"));
    console.log(`No mutant is what AREA and ONLY say. AREA takes one of ${areas.join(", ")}.`);
    return false;
  }
  console.log(`${waiting.length} mutants, ${jobs} at a time.`);
  const seen = new Map<Verdict, number>();
  const work = async (_: unknown, number: number) => {
    const copy = join(checkout, `.cache/mutants/${process.pid}-${number}`);
    await copyCheckout(checkout, copy);
    try {
      const runs = new MutantRuns(copy, launch);
      for (let mutant = waiting.shift(); mutant && !stop.signal.aborted; mutant = waiting.shift()) {
        const begunAt = performance.now();
        const { verdict, reason } = await runs.try(mutant, stop.signal);
        if (stop.signal.aborted) return;
        seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
        const seconds = ((performance.now() - begunAt) / 1000).toFixed(1).padStart(6);
        console.log(
          `${verdict.padEnd(21)} ${seconds} s  ${basename(mutant.file)}: ${reason ?? mutant.breaks}`,
        );
      }
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  console.log([...seen].map(([verdict, count]) => `${count} ${verdict}`).join(", "));
  return !stop.signal.aborted && [...seen.keys()].every((verdict) => verdict === "noticed");
}

if (import.meta.main) process.exitCode = (await main()) ? 0 : 1;
