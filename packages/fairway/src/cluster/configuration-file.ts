import { rm } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { parseDocument } from "yaml";
import { readSource } from "../config/source.ts";
import { FairwayError } from "../errors.ts";
import { readIfThere, writePublicly } from "../host/files.ts";

export interface Entry {
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * Adds entries to the configuration file, which keeps its comments and everything else; it is made where there is none.
 * @param options.dryRun only looks
 * @returns whether anything changed. Throws `conflict`, with the place, where it says something else.
 */
export async function extendConfiguration(
  file: string,
  entries: readonly Entry[],
  { dryRun = false } = {},
): Promise<boolean> {
  const text = (await readIfThere(file)) ?? "";
  const source = readSource(file, text);
  const document = parseDocument(text);
  const conflicts: string[] = [];
  let changed = false;
  for (const { path, value } of entries) {
    const present: unknown = document.getIn(path);
    const plain =
      present !== null && typeof present === "object" && "toJSON" in present
        ? (present as { toJSON(): unknown }).toJSON()
        : present;
    if (isDeepStrictEqual(plain, value)) continue;
    if (present === undefined || present === null) {
      document.setIn(path, document.createNode(value));
      changed = true;
    } else {
      const where = source.locate({ path, unknownKey: undefined });
      conflicts.push(
        `${where}: ${path.join(".")} says something else; it would have to be ${JSON.stringify(value)}`,
      );
    }
  }
  if (conflicts.length > 0) throw new FairwayError("conflict", conflicts.join("\n"));
  if (changed && !dryRun) await writePublicly(file, document.toString());
  return changed;
}

/** Takes entries out again, where they are as they were put in; a file of which nothing is left goes. */
export async function shortenConfiguration(file: string, entries: readonly Entry[]): Promise<void> {
  const text = await readIfThere(file);
  if (text === undefined) return;
  const document = parseDocument(text);
  for (const { path, value } of entries) {
    if (!isDeepStrictEqual(document.toJS()?.[path[0] ?? ""]?.[path[1] ?? ""], value)) continue;
    document.deleteIn(path);
    const [section = ""] = path;
    const rest: unknown = document.toJS()?.[section];
    if (typeof rest === "object" && rest !== null && Object.keys(rest).length === 0) document.delete(section);
  }
  const rest: unknown = document.toJS();
  const isEmpty =
    rest === null || rest === undefined || (typeof rest === "object" && Object.keys(rest).length === 0);
  if (isEmpty && document.commentBefore == null && document.comment == null) await rm(file);
  else await writePublicly(file, document.toString());
}
