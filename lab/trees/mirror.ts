import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "../errors.ts";

/**
 * Finds the Debian mirror that this machine itself uses: the first apt source with Debian's own key or a plain
 * `main` archive, security and third parties' sources left out. Both of apt's notations are read
 * (sources.list(5)).
 *
 * @throws LabError `no-mirror`.
 */
export async function findMirror(etcApt = "/etc/apt"): Promise<string> {
  const parts = join(etcApt, "sources.list.d");
  const names = await readdir(parts).catch((): string[] => []);
  const files = [join(etcApt, "sources.list"), ...names.map((name) => join(parts, name))];
  for (const file of files) {
    const text = await readFile(file, "utf8").catch(() => "");
    const entries = file.endsWith(".sources") ? readStanzas(text) : readLines(text);
    const found = entries.find(
      ({ uri, suites }) => suites.some(isDebianRelease) && !uri.includes("security"),
    );
    if (found) return found.uri.replace(/\/$/, "");
  }
  throw new LabError("no-mirror", `No Debian mirror in ${etcApt}: the lab's trees are made from it.`);
}

interface Source {
  uri: string;
  suites: string[];
}

const isDebianRelease = (suite: string) =>
  /^(bookworm|trixie|forky|sid|stable|testing|unstable)$/.test(suite);

/** One-line notation: `deb [options] uri suite component…`. */
function readLines(text: string): Source[] {
  return [...text.matchAll(/^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/gm)].map(([, uri = "", suite = ""]) => ({
    uri,
    suites: [suite],
  }));
}

/** deb822 notation: stanzas of `Field: values`. */
function readStanzas(text: string): Source[] {
  const field = (stanza: string, name: string) =>
    new RegExp(`^${name}:[ \\t]*(.*)$`, "im").exec(stanza)?.[1]?.trim().split(/\s+/) ?? [];
  return text
    .split(/\n\s*\n/)
    .flatMap((stanza) =>
      field(stanza, "Enabled")[0] === "no"
        ? []
        : field(stanza, "URIs").map((uri) => ({ uri, suites: field(stanza, "Suites") })),
    );
}
