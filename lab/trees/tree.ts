import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type CommandOptions, runCommand } from "../command.ts";
import { LabError } from "../errors.ts";
import { lockFile } from "../lock.ts";
import { withProgress } from "../progress.ts";
import { findMirror } from "./mirror.ts";

/** Which Debian, Docker and OVN a host has. Each is a recipe beside this file. */
const variants = ["debian12", "debian13", "docker28", "newest"] as const;
export type Variant = (typeof variants)[number];

interface Recipe {
  /** Debian's release, and the name of debootstrap's script for it. */
  suite: string;
  script: string;
  packages: string[];
  /** What is taken from a newer release, with the dependencies that it insists on. */
  newer?: { suite: string; packages: string[] };
}

/** What a variant's tree is made of. */
export async function readRecipe(variant: Variant): Promise<Recipe> {
  return JSON.parse(await readFile(recipeFile(variant), "utf8"));
}

const recipeFile = (variant: Variant) => join(import.meta.dirname, `${variant}.json`);
const buildScript = join(import.meta.dirname, "build.sh");
const cache = process.env["FAIRWAY_LAB_CACHE"] ?? "/var/cache/fairway-lab";

/**
 * Gives the directory of a variant's tree, after building it where it is missing (about a minute).
 *
 * @throws LabError `unknown-variant`, `no-mirror`, `command-failed`.
 */
export async function ensureTree(name: string): Promise<string> {
  const variant = parseVariant(name);
  const recipeText = await readFile(recipeFile(variant));
  const hash = createHash("sha256")
    .update(recipeText)
    .update(await readFile(buildScript))
    .digest("hex")
    .slice(0, 12);
  const tree = join(cache, `${variant}-${hash}`);
  if (existsSync(tree)) return tree;

  await ensureDebootstrap();
  await using _lock = await withProgress("Waiting for another run that builds a tree", () =>
    lockFile(join(cache, "lock")),
  );
  if (existsSync(tree)) return tree;
  await sweep();
  await withProgress(`Building the tree ${variant}`, (detail) =>
    build(JSON.parse(recipeText.toString()) as Recipe, tree, detail),
  );
  return tree;
}

export function parseVariant(name: string): Variant {
  const variant = variants.find((known) => known === name);
  if (variant) return variant;
  throw new LabError("unknown-variant", `No variant "${name}": there are ${variants.join(", ")}.`);
}

const unfinished = (tree: string) => `${tree}.building`;

async function build(recipe: Recipe, tree: string, detail: (text: string) => void): Promise<void> {
  const target = unfinished(tree);
  await mkdir(target, { recursive: true });
  const namespaces = ["--mount", "--pid", "--fork", "--kill-child"];
  const script = ["sh", buildScript, target, await findMirror()];
  const release = [recipe.suite, recipe.script, recipe.packages.join(" ")];
  const newer = recipe.newer ? [recipe.newer.suite, recipe.newer.packages.join(" ")] : [];
  const argv = ["setpriv", "--pdeathsig", "KILL", "unshare", ...namespaces, "--"].concat(
    script,
    release,
    newer,
  );
  const onStderr: CommandOptions["onStderr"] = (text) => {
    const stage = /^stage: (.*)$/m.exec(text)?.[1];
    if (stage) detail(stage);
  };
  await runCommand(argv, { timeoutMs: 15 * 60_000, onStderr });
  await rename(target, tree);
}

/** The only thing that the lab installs on the machine itself. */
async function ensureDebootstrap(): Promise<void> {
  const { code } = await runCommand(["sh", "-c", "command -v debootstrap"], { check: false });
  if (code === 0) return;
  await withProgress("Installing debootstrap", () =>
    runCommand(["apt-get", "install", "--yes", "--no-install-recommends", "debootstrap"], {
      timeoutMs: 300_000,
    }),
  );
}

/** Removes what killed builds left. The caller holds the lock, so nobody is building now. */
async function sweep(): Promise<void> {
  for (const name of await readdir(cache)) {
    if (name.endsWith(unfinished(""))) await rm(join(cache, name), { recursive: true, force: true });
  }
}
