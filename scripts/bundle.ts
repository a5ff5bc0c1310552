import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { build, type Plugin } from "esbuild";

export const checkout = resolve(import.meta.dirname, "..");
const manifest = join(checkout, "packages/fairway/package.json");
const schema = join(checkout, "packages/fairway/src/intent/fairway.ovsschema");
/** koffi's part for this kind of machine. Node finds it from the bundle as it does from the sources: below `node_modules`. */
const addon = `node_modules/@koromix/koffi-${process.platform}-${process.arch}`;

/** What of the checkout the bundle is made from. A folder is younger than what was removed from it. */
const sources = ["packages", "node_modules/.package-lock.json", "scripts/bundle.ts"];

export interface Bundle {
  /** Holds all that Node needs to run Fairway: `fairway.mjs` and what that finds beside it. */
  readonly directory: string;
  readonly version: string;
  /** Folders of the npm packages that are in it. */
  readonly packages: readonly string[];
}

/**
 * Makes the bundle in `dist/fairway`: the same from the same sources. A Fairway that runs from there goes on, and so
 * may another bundling at the same time: files appear whole, the entry comes last.
 * @param version instead of the checkout's own
 */
export async function makeBundle(
  directory = join(checkout, "dist/fairway"),
  version?: string,
): Promise<Bundle> {
  version ??= await stampedVersion();
  const { outputFiles, metafile } = await build({
    absWorkingDir: checkout,
    entryPoints: ["packages/fairway/bin/fairway.ts"],
    outdir: directory,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // What a command does not need is not loaded: a command starts in half the time.
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node24",
    // CommonJS packages ask for Node's own modules by `require`, which a module does not have.
    banner: {
      js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
    },
    sourcemap: "linked",
    sourcesContent: false,
    plugins: [stamp(version), oneLanguage, poolAlone],
    metafile: true,
    write: false,
    logLevel: "warning",
  });
  await put(join(directory, basename(schema)), await readFile(schema));
  await putAddon(directory);
  const isEntry = ({ path }: { path: string }) => basename(path) === "fairway.mjs";
  for (const { path, contents } of outputFiles.filter((file) => !isEntry(file))) await put(path, contents);
  for (const { path, contents } of outputFiles.filter(isEntry)) await put(path, contents);
  const current = new Set(outputFiles.map(({ path }) => basename(path)));
  for (const name of await readdir(directory))
    if (/\.mjs(\.map)?$/.test(name) && !current.has(name)) await rm(join(directory, name), { force: true });
  const packages = new Set([addon, ...Object.keys(metafile.inputs).flatMap((input) => packageOf(input))]);
  return { directory, version, packages: [...packages].toSorted() };
}

/** Of zod only the language that is used: there are fifty. */
const oneLanguage: Plugin = {
  name: "one-language",
  setup(build) {
    // Fairway's errors are in English.
    build.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};

/** Of undici only the client that is used, in `runtime/http-client.ts`: the rest takes an eighth of a command's CPU, for it is loaded at each start. */
const poolAlone: Plugin = {
  name: "pool-alone",
  setup(build) {
    build.onLoad({ filter: /\/node_modules\/undici\/index\.js$/ }, () => ({
      contents: `const Dispatcher = require("./lib/dispatcher/dispatcher");
        Object.assign(Dispatcher.prototype, require("./lib/api"));
        exports.Pool = require("./lib/dispatcher/pool");`,
    }));
  },
};

/** Gives the folder of the bundle, made where it is missing or older than the sources. */
export async function ensureBundle(): Promise<string> {
  const directory = join(checkout, "dist/fairway");
  const made = await modified(join(directory, "fairway.mjs"));
  const changed = await Promise.all(sources.map((source) => newest(join(checkout, source))));
  if (made === undefined || Math.max(...changed) > made) await makeBundle(directory);
  return directory;
}

/** The version, and the commit unless it is that version's own: `0.1.0`, `0.1.0-20261125.221905.gc29c27f`, `….dirty`. */
async function stampedVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
  const format = "--format=%cd.g%h";
  const commit = await git("log", "-1", "--abbrev=7", "--date=format-local:%Y%m%d.%H%M%S", format);
  if (commit === undefined) return version;
  const dirty = (await git("status", "--porcelain")) !== "";
  const released = (await git("tag", "--points-at=HEAD"))?.split("\n").includes(`v${version}`) === true;
  return released && !dirty ? version : `${version}-${commit}${dirty ? ".dirty" : ""}`;
}

/** What git says of the checkout; undefined where that is none. */
async function git(...args: readonly string[]): Promise<string | undefined> {
  try {
    const env = { ...process.env, TZ: "UTC" };
    return (await promisify(execFile)("git", ["-C", checkout, ...args], { env })).stdout.trim();
  } catch {
    return undefined;
  }
}

/** When the sources were changed last; the start of 1980 where nobody knows. */
export async function sourceDate(): Promise<Date> {
  const seconds = process.env["SOURCE_DATE_EPOCH"] ?? (await git("log", "-1", "--format=%ct")) ?? 315_532_800;
  return new Date(Number(seconds) * 1000);
}

/** Lets the program read the stamped version where it reads its own package.json. */
function stamp(version: string): Plugin {
  return {
    name: "stamp",
    setup: (bundling) =>
      bundling.onLoad({ filter: /\/packages\/fairway\/package\.json$/ }, () => ({
        contents: JSON.stringify({ version }),
        loader: "json",
      })),
  };
}

/** Its files but those for machines without glibc: the Node that comes with Fairway needs that too. */
async function putAddon(directory: string): Promise<void> {
  const files = await readdir(join(checkout, addon), { recursive: true, withFileTypes: true });
  for (const file of files) {
    if (!file.isFile() || file.parentPath.includes("/musl_")) continue;
    const path = join(file.parentPath, file.name);
    await put(join(directory, path.slice(checkout.length)), await readFile(path));
  }
}

/** Writes a file whole or not at all, beside one that somebody may be running. */
async function put(path: string, content: Uint8Array): Promise<void> {
  const unfinished = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(unfinished, content);
  await rename(unfinished, path);
}

function packageOf(input: string): readonly string[] {
  const folder = /^(.*\/)?node_modules\/(@[^/]+\/)?[^/]+/.exec(input)?.[0];
  return folder === undefined ? [] : [folder];
}

async function modified(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.mtimeMs;
}

/** When the file or anything below the folder was changed last, ms. */
async function newest(path: string): Promise<number> {
  const own = await stat(path);
  const below = own.isDirectory() ? await readdir(path, { recursive: true }) : [];
  const times = below.map(async (name) => (await stat(join(path, name))).mtimeMs);
  return Math.max(own.mtimeMs, ...(await Promise.all(times)));
}
