import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readRecipe, type Variant } from "./tree.ts";

/** Versions by package. */
export type Versions = ReadonlyMap<string, string>;

/** The versions of a recipe's packages in a tree, by dpkg's own record (dpkg-query(1)), in the recipe's order. */
export async function readVersions(variant: Variant, tree: string): Promise<Versions> {
  const { packages, newer } = await readRecipe(variant);
  const stanzas = (await readFile(join(tree, "var/lib/dpkg/status"), "utf8")).split("\n\n");
  const field = (stanza: string, name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(stanza)?.[1] ?? "";
  const installed = new Map(stanzas.map((stanza) => [field(stanza, "Package"), field(stanza, "Version")]));
  const wanted = [...packages, ...(newer?.packages ?? [])];
  return new Map(wanted.map((name) => [name, installed.get(name) ?? "none"]));
}

/**
 * The versions with which the tests of a variant passed last, for a release that moves; undefined for one that does not.
 * `lab/tree VARIANT --versions >lab/trees/VARIANT.versions` records them anew.
 */
export async function recordedVersions(variant: Variant): Promise<Versions | undefined> {
  const file = join(import.meta.dirname, `${variant}.versions`);
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text === undefined ? undefined : parseVersions(text);
}

/** A line `PACKAGE VERSION` for each. */
export function printVersions(versions: Versions): string {
  return Array.from(versions, ([name, version]) => `${name.padEnd(20)} ${version}`).join("\n");
}

export function parseVersions(text: string): Versions {
  return new Map(
    text
      .split("\n")
      .filter(Boolean)
      .map((line): [string, string] => {
        const [name = "", version = ""] = line.split(/ +/);
        return [name, version];
      }),
  );
}

/** A line for each package whose version is not the recorded one. */
export function compareVersions(versions: Versions, recorded: Versions): readonly string[] {
  const names = new Set([...recorded.keys(), ...versions.keys()]);
  return Array.from(names)
    .filter((name) => versions.get(name) !== recorded.get(name))
    .map((name) => `${name}: ${versions.get(name) ?? "none"}, recorded ${recorded.get(name) ?? "none"}`);
}
