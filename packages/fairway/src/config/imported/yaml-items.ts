import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { FairwayError } from "../../errors.ts";
import type { Item, Items } from "./plugin.ts";

/**
 * The keys of a file of YAML that has one level. Throws `invalid` with the line for what is none. Messages show no value: it may be a secret.
 */
export function yamlItems(file: string, text: string): Items {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset = 0) => `${file}:${lines.linePos(offset).line}`;
  const [broken] = document.errors;
  if (broken !== undefined) {
    const what = broken.code.toLowerCase().replaceAll("_", " ");
    throw new FairwayError("invalid", `${place(broken.pos[0])}: not YAML: ${what}`);
  }
  if (!isMap(document.contents))
    throw new FairwayError("invalid", `${file}: must have lines of the form KEY: VALUE`);
  const items = new Map<string, Item>();
  for (const { key, value } of document.contents.items) {
    const at = place(isScalar(key) ? key.range?.[0] : 0);
    if (!isScalar(key) || (value !== null && !isScalar(value)))
      throw new FairwayError(
        "invalid",
        `${at}: must be KEY: VALUE, and the value one text, number or boolean`,
      );
    const name = String(key.value);
    items.set(name, { name, value: value === null ? null : (value.value ?? null), place: at });
  }
  return items;
}
