import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { checkout } from "./bundle.ts";

/** Packages of the checkout that programs other than Fairway use, too. */
export const libraries = ["ovsdb", "docker-plugin", "client"] as const;
type Library = (typeof libraries)[number];

/** What they run on: undici 7 needs it. */
const engines = { node: ">=20.18.1" };

/**
 * Only what Node 20 has: the compiler refuses the rest. `using` becomes what Node 20 understands.
 * @see https://node.green
 */
const compilerOptions = {
  target: "es2022",
  lib: ["es2023", "es2024.string", "esnext.disposable"],
  noEmit: false,
  noEmitOnError: true,
  declaration: true,
  allowImportingTsExtensions: false,
  rewriteRelativeImportExtensions: true,
};

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * Builds the libraries as ES modules with types, and packs them: the same bytes from the same sources.
 * @param directory where the archives come; folders of the same names beside them have what is in these
 * @returns the archives' paths
 */
export async function makeLibraries(directory = join(checkout, "dist/npm")): Promise<readonly string[]> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  for (const library of libraries) await pack(await stage(library, directory), directory);
  const names = await readdir(directory);
  return names
    .filter((name) => name.endsWith(".tgz"))
    .toSorted()
    .map((name) => join(directory, name));
}

/** A folder with what a library's archive is to hold. */
async function stage(library: Library, directory: string): Promise<string> {
  const [from, to] = [join(checkout, "packages", library), join(directory, library)];
  await mkdir(to);
  const source: Manifest = JSON.parse(await readFile(join(from, "package.json"), "utf8"));
  await compile(from, join(to, "dist"), source);
  await writeFile(join(to, "package.json"), `${JSON.stringify(published(source), undefined, 2)}\n`);
  await copyFile(join(checkout, "LICENSE"), join(to, "LICENSE"));
  await copyFile(join(from, "CHANGELOG.md"), join(to, "CHANGELOG.md"));
  // Pages of the checkout are not beside it any more.
  const readme = await readFile(join(from, "README.md"), "utf8");
  await writeFile(join(to, "README.md"), readme.replaceAll(/\[([^\]]+)\]\(\.\.\/[^)]*\)/g, "$1"));
  return to;
}

async function compile(from: string, to: string, { exports, bin = {} }: Manifest): Promise<void> {
  const files = [...Object.values(exports), ...Object.values(bin)].map((file) => resolve(from, file));
  const project = `${to}.json`;
  await writeFile(
    project,
    JSON.stringify({
      extends: join(checkout, "tsconfig.json"),
      compilerOptions: {
        ...compilerOptions,
        rootDir: from,
        outDir: to,
        typeRoots: [join(checkout, "node_modules/@types")],
      },
      include: [],
      files,
    }),
  );
  await promisify(execFile)(join(checkout, "node_modules/.bin/tsc"), ["-p", project], { cwd: checkout });
  await rm(project);
  for (const file of globSync("**/*.d.ts", { cwd: to })) {
    const path = join(to, file);
    const text = await readFile(path, "utf8");
    // The compiler leaves names of sources in declarations.
    await writeFile(path, text.replaceAll(/((?:from |import\()"\.[^"]*)\.ts"/g, '$1.js"'));
  }
}

/** The manifest of the archive: a library's own, with what is built in place of the sources. */
function published({ name, version, description, license, exports, bin, dependencies }: Manifest): object {
  const built = (file: string, extension: string) =>
    file.replace(/^\.\/|^/, "./dist/").replace(/\.ts$/, extension);
  return {
    name,
    version,
    description,
    license,
    type: "module",
    engines,
    exports: Object.fromEntries(
      Object.entries(exports).map(([entry, file]) => [
        entry,
        { types: built(file, ".d.ts"), default: built(file, ".js") },
      ]),
    ),
    ...(bin && {
      bin: Object.fromEntries(Object.entries(bin).map(([command, file]) => [command, built(file, ".js")])),
    }),
    files: ["dist", "CHANGELOG.md"],
    dependencies,
    publishConfig: { access: "public" },
  };
}

/** npm gives each file in an archive the same time and owner; its mode is that of the folder. */
async function pack(folder: string, directory: string): Promise<void> {
  for (const file of globSync("**", { cwd: folder, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    await chmod(path, file.isDirectory() || file.parentPath.endsWith("/bin") ? 0o755 : 0o644);
  }
  const run = promisify(execFile);
  await run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", directory], {
    cwd: folder,
  });
}

if (import.meta.main) for (const archive of await makeLibraries()) console.log(archive);
