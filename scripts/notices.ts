import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
  readonly repository?: string | { readonly url: string };
}

/**
 * What the licences of others ask to be told with the program: each package's name, licence, and its text as it stands
 * in its folder. Throws where a package names no licence.
 */
export function noticesOf(folders: readonly string[]): string {
  return folders.map(noticeOf).join(`\n${"=".repeat(80)}\n\n`);
}

function noticeOf(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const { name, version, license, author, repository } = manifest;
  if (license === undefined) throw new Error(`${folder} names no licence`);
  const texts = globSync("{licen[sc]e,copying,notice}*", { cwd: folder })
    .concat(globSync("{LICEN[SC]E,COPYING,NOTICE}*", { cwd: folder }))
    .map((file) => join(folder, file))
    .filter((file) => existsSync(file));
  const by = typeof author === "object" ? author.name : author;
  const at = typeof repository === "object" ? repository.url : repository;
  const head = [
    `${name} ${version}: ${license}`,
    ...(by === undefined ? [] : [by]),
    ...(at === undefined ? [] : [at]),
  ];
  return [`${head.join("\n")}\n`, ...texts.map((file) => readFileSync(file, "utf8"))].join("\n");
}
