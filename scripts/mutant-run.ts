import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Mutant } from "../test/mutants/mutant.ts";

export type Verdict = "noticed" | "NOT NOTICED" | "cannot be applied" | "red without the break";

/** Where a test runs and how it is started. */
export interface Launch {
  /** What stands before node's own command line: a tree's programs for component tests. */
  readonly prefix: readonly string[];
  /** A run that takes longer is ended and counts as red, ms. */
  readonly timeoutMs: number;
}

const outside = new Set(["node_modules", ".git", ".cache", "dist"]);

/**
 * Copies a checkout. Packages from npm are linked; our own are the copy's: a break in one must reach those who import it. Node is
 * copied, for a lab's hosts see the copy alone.
 */
export async function copyCheckout(checkout: string, copy: string): Promise<void> {
  await rm(copy, { recursive: true, force: true });
  await mkdir(copy, { recursive: true });
  const entries = ["packages", "scripts", "test", "lab", "bench", "docs", "packaging"];
  for (const entry of [
    ...entries,
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "LICENSE",
    "README.md",
  ])
    if (existsSync(join(checkout, entry)))
      await cp(join(checkout, entry), join(copy, entry), {
        recursive: true,
        filter: (path) => !outside.has(path.slice(path.lastIndexOf("/") + 1)),
      });
  const [packages, own] = [join(checkout, "node_modules"), join(copy, "node_modules")];
  const scope = join(own, "@fairway");
  await mkdir(scope, { recursive: true });
  for (const name of existsSync(packages) ? await readdir(packages) : [])
    if (name === "node") await cp(join(packages, name), join(own, name), { recursive: true });
    else if (name !== "@fairway") await symlink(join(packages, name), join(own, name));
  for (const name of ["client", "ovsdb", "docker-plugin"])
    await symlink(`../../packages/${name}`, join(scope, name));
}

/** Why a mutant cannot be applied to this checkout, or undefined. */
export async function misfit(checkout: string, mutant: Mutant): Promise<string | undefined> {
  const source = await readFile(join(checkout, mutant.file), "utf8").catch(() => undefined);
  if (source === undefined) return `${mutant.file} is not there`;
  const times = source.split(mutant.from).length - 1;
  if (times !== 1) return `${JSON.stringify(mutant.from)} stands ${times} times in ${mutant.file}`;
  if (mutant.from === mutant.to) return "the break changes nothing";
  if (!existsSync(join(checkout, mutant.test))) return `${mutant.test} is not there`;
  return undefined;
}

/** Breaks a copy of the checkout by one mutant at a time and runs the test that must notice. */
export class MutantRuns {
  readonly #copy: string;
  readonly #launch: (test: string) => Launch;
  /** What tests say of the unbroken product, by file and title: asked once. */
  readonly #unbroken = new Map<string, boolean>();

  constructor(copy: string, launch: (test: string) => Launch) {
    this.#copy = copy;
    this.#launch = launch;
  }

  async try(mutant: Mutant, signal: AbortSignal): Promise<{ verdict: Verdict; reason?: string }> {
    const reason = await misfit(this.#copy, mutant);
    if (reason !== undefined) return { verdict: "cannot be applied", reason };
    const key = JSON.stringify([mutant.test, mutant.title]);
    const isGreen = this.#unbroken.get(key) ?? (await this.#isGreen(mutant, signal));
    this.#unbroken.set(key, isGreen);
    if (!isGreen) return { verdict: "red without the break" };
    const path = join(this.#copy, mutant.file);
    const source = await readFile(path, "utf8");
    await writeFile(
      path,
      source.replace(mutant.from, () => mutant.to),
    );
    try {
      return { verdict: (await this.#isGreen(mutant, signal)) ? "NOT NOTICED" : "noticed" };
    } finally {
      await writeFile(path, source);
    }
  }

  /** Whether tests ran and none failed. */
  async #isGreen({ test, title }: Mutant, signal: AbortSignal): Promise<boolean> {
    const { prefix, timeoutMs } = this.#launch(test);
    const report = join(this.#copy, "report.tap");
    const node = join(this.#copy, "node_modules/node/bin/node");
    await rm(report, { force: true });
    const argv = [
      ...prefix,
      existsSync(node) ? node : process.execPath,
      "--test",
      // A file of its own would count as a test that passed, also where no title matches.
      "--test-isolation=none",
      "--test-force-exit",
      `--test-timeout=${timeoutMs}`,
      ...(title === undefined ? [] : [`--test-name-pattern=${title}`]),
      "--test-reporter=tap",
      `--test-reporter-destination=${report}`,
      join(this.#copy, test),
    ];
    const code = await exitCode(argv, this.#copy, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
    const said = await readFile(report, "utf8").catch(() => "");
    const passed = /^# pass (\d+)$/m.exec(said)?.[1];
    // A hook of a file that failed changes neither the counts nor the exit status.
    return code === 0 && Number(passed ?? 0) > 0 && !/^not ok /m.test(said);
  }
}

/** A signal ends the process with all that it started and that did not leave its group. */
async function exitCode(
  [program = "", ...args]: readonly string[],
  cwd: string,
  signal: AbortSignal,
): Promise<number | null> {
  signal.throwIfAborted();
  // A test runner that finds itself inside another one reports to that one instead.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(program, args, { cwd, env, stdio: "ignore", detached: true });
  const end = () => child.pid !== undefined && process.kill(-child.pid, "SIGKILL");
  signal.addEventListener("abort", end);
  try {
    const [code] = (await once(child, "exit")) as [number | null];
    return code;
  } finally {
    signal.removeEventListener("abort", end);
  }
}
