import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { checkout } from "../../scripts/bundle.ts";
import { makeLibraries } from "../../scripts/libraries.ts";
import { unpackPinned } from "../../scripts/pinned-binaries.ts";

/** An empty project in which the libraries' archives are installed, as their users do. */
export const project = join(checkout, "dist/npm-project");

/** The Nodes that the libraries promise to run on, beside the checkout's own. npm's packages of Node have hashes in packaging/binaries.json. */
const older = ["20.20.2", "22.23.3"];
const folderOf = (version: string) => join(checkout, ".cache/nodes", version);

/** Node's program of each of them; `prepare` fetches it. */
export const nodes: readonly string[] = [
  ...older.map((version) => join(folderOf(version), "bin/node")),
  process.execPath,
];

/** What an empty project has: a compiler that is strict, also about the libraries' own declarations. */
const tsconfig = {
  compilerOptions: {
    strict: true,
    target: "es2022",
    lib: ["es2023", "esnext.disposable"],
    module: "nodenext",
    types: ["node"],
    rewriteRelativeImportExtensions: true,
    outDir: "built",
  },
  include: ["*.ts"],
};

/** Builds and packs the libraries, and installs them by npm: this needs its registry. */
async function prepare(): Promise<void> {
  const packed = await makeLibraries();
  await rm(project, { recursive: true, force: true });
  await mkdir(project, { recursive: true });
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "project", type: "module" }));
  await writeFile(join(project, "tsconfig.json"), JSON.stringify(tsconfig));
  const quietly = ["--no-audit", "--no-fund", "--silent", "--prefer-offline"];
  const needed = [...packed, "typescript@5.9", "@types/node@20"];
  await promisify(execFile)("npm", ["install", ...quietly, ...needed], { cwd: project });
  for (const version of older)
    if (!existsSync(folderOf(version)))
      await unpackPinned(`node-linux-${process.arch}@${version}`, folderOf(version));
}

if (import.meta.main) await prepare();
