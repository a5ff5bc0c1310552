import { execFile } from "node:child_process";
import { chmod, cp, mkdir, mkdtempDisposable, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { checkout, makeBundle, sourceDate } from "./bundle.ts";
import { manPages } from "./man-pages.ts";
import { noticesOf } from "./notices.ts";
import { unpackPinned } from "./pinned-binaries.ts";

const run = promisify(execFile);
const packaging = join(checkout, "packaging");

/** Debian's architectures by their name for Node. */
const machines = { amd64: "x64", arm64: "arm64" } as const;

export interface PackageOptions {
  readonly architecture: keyof typeof machines;
  /** Instead of the checkout's own. */
  readonly version?: string;
  /** Where the package is written; `dist` by default. */
  readonly directory?: string;
}

/**
 * Makes the Debian package with Node inside: the same from the same sources. Node and koffi's native part come
 * from npm's registry, once, and are compared with their pins each time.
 * @returns the package's path
 */
export async function makeDebianPackage(options: PackageOptions): Promise<string> {
  const { architecture, directory = join(checkout, "dist") } = options;
  await using scratch = await mkdtempDisposable(join(tmpdir(), "fairway-deb-"));
  const root = join(scratch.path, "root");
  const bundle = await makeBundle(join(scratch.path, "bundle"), options.version);
  const machine = machines[architecture];
  const node = join(scratch.path, "node");
  await unpackPinned(`node-linux-${machine}@${await versionOf("node")}`, node);
  const addon = join(scratch.path, "koffi");
  await unpackPinned(`@koromix/koffi-linux-${machine}@${await versionOf("koffi")}`, addon);
  const program = join(root, "usr/lib/fairway");
  const isOfThisMachine = (path: string) => path.startsWith(join(bundle.directory, "node_modules"));
  await cp(bundle.directory, program, { recursive: true, filter: (path) => !isOfThisMachine(path) });
  const addonTarget = join(program, `node_modules/@koromix/koffi-linux-${machine}`);
  // Node needs glibc, as the addon for it does.
  await cp(addon, addonTarget, { recursive: true, filter: (path) => !/\/musl_|\.md$/.test(path) });
  await cp(join(node, "bin/node"), join(program, "node"));
  await place(join(packaging, "fairway"), join(root, "usr/bin/fairway"));
  for (const unit of ["fairway.service", "fairway-southbound.service"])
    await place(join(packaging, "systemd", unit), join(root, "usr/lib/systemd/system", unit));
  await place(join(packaging, "deb/lintian-overrides"), join(root, "usr/share/lintian/overrides/fairway"));
  await writeCompletions(root, join(bundle.directory, "fairway.mjs"));
  for (const [name, page] of manPages({ version: bundle.version, date: await sourceDate() }))
    await put(join(root, "usr/share/man/man1", `${name}.gz`), gzipSync(page, { level: 9 }));
  const packages = bundle.packages
    .filter((folder) => !folder.includes("@koromix/"))
    .map((f) => join(checkout, f));
  // Debian's order of versions: what comes before a release has a tilde.
  const version = bundle.version.replace("-", "~");
  await writeDocumentation(root, version, noticesOf([...packages, addon, node]));
  await writeControl(root, version, architecture);
  await settleModes(root);
  const file = `fairway_${version}_${architecture}.deb`;
  const unfinished = join(scratch.path, file);
  const env = { ...process.env, SOURCE_DATE_EPOCH: String((await sourceDate()).getTime() / 1000) };
  await run("dpkg-deb", ["--root-owner-group", "-Zzstd", "-z8", "--build", root, unfinished], { env });
  await mkdir(directory, { recursive: true });
  // The scratch folder may be on another disk.
  await cp(unfinished, join(directory, `.${file}`));
  await rename(join(directory, `.${file}`), join(directory, file));
  return join(directory, file);
}

/** The version that is installed: what is tested is what is shipped. */
async function versionOf(name: string): Promise<string> {
  const manifest = await readFile(join(checkout, "node_modules", name, "package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

async function writeCompletions(root: string, program: string): Promise<void> {
  const print = async (shell: string) => (await run(process.execPath, [program, "completion", shell])).stdout;
  await put(join(root, "usr/share/bash-completion/completions/fairway"), await print("bash"));
  // zsh loads this when the first word is completed; the script then takes over and is called at once.
  const zsh = `#compdef fairway\n${await print("zsh")}_bash_complete -o default -F _fairway\n`;
  await put(join(root, "usr/share/zsh/vendor-completions/_fairway"), zsh);
  await put(join(root, "usr/share/fish/vendor_completions.d/fairway.fish"), await print("fish"));
}

async function writeDocumentation(root: string, version: string, notices: string): Promise<void> {
  const target = join(root, "usr/share/doc/fairway");
  await place(join(packaging, "deb/copyright"), join(target, "copyright"));
  await place(join(checkout, "README.md"), join(target, "README.md"));
  for (const name of await readdir(join(checkout, "docs")))
    if (name.endsWith(".md")) await place(join(checkout, "docs", name), join(target, "docs", name));
  await put(join(target, "third-party-notices.gz"), gzipSync(notices, { level: 9 }));
  const date = (await sourceDate()).toUTCString().replace("GMT", "+0000");
  const changelog = `fairway (${version}) unstable; urgency=medium

  * What changed is in the history of the sources.

 -- ${await maintainer()}  ${date}
`;
  await put(join(target, "changelog.gz"), gzipSync(changelog, { level: 9 }));
}

async function writeControl(root: string, version: string, architecture: string): Promise<void> {
  const size = Math.ceil(
    Number((await run("du", ["-s", "--apparent-size", "-k", root])).stdout.split("\t")[0]),
  );
  const control = (await readFile(join(packaging, "deb/control"), "utf8"))
    .replace("@version@", version)
    .replace("@architecture@", architecture)
    .replace("@size@", String(size));
  await put(join(root, "DEBIAN/control"), control);
  for (const script of ["postinst", "prerm", "postrm"])
    await place(join(packaging, "deb", script), join(root, "DEBIAN", script));
}

async function maintainer(): Promise<string> {
  const control = await readFile(join(packaging, "deb/control"), "utf8");
  return /^Maintainer: (.*)$/m.exec(control)?.[1] ?? "";
}

/** Everybody may read, root may write; only programs may be run. */
async function settleModes(root: string): Promise<void> {
  const programs = [
    "usr/bin/fairway",
    "usr/lib/fairway/node",
    "DEBIAN/postinst",
    "DEBIAN/prerm",
    "DEBIAN/postrm",
  ];
  await chmod(root, 0o755);
  for (const file of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    const isProgram = programs.includes(path.slice(root.length + 1));
    await chmod(path, file.isDirectory() || isProgram ? 0o755 : 0o644);
  }
}

async function place(source: string, target: string): Promise<void> {
  await made(dirname(target));
  await cp(source, target);
}

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await made(dirname(path));
  await writeFile(path, content);
}

async function made(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  return folder;
}
