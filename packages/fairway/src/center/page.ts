import type { PageWish } from "./schemas/page.ts";

/** How a list is ordered, and shown. */
interface Listing<Row, Item> {
  /** A text that no other row has; rows come in the order of these texts. */
  readonly key: (row: Row) => string;
  readonly view: (row: Row) => Item;
}

/**
 * A page of a list. Rows are shown only where they are on the page: what a page costs follows from its size, beside one look at every key.
 * @param rows those that the filters let through.
 * @param after the key behind which the page begins; it need not be there any more.
 */
export function pageOf<Row, Item>(
  rows: Iterable<Row>,
  { limit, after }: PageWish,
  { key, view }: Listing<Row, Item>,
): readonly Item[] {
  const keyed: { readonly key: string; readonly row: Row }[] = [];
  for (const row of rows) {
    const own = key(row);
    if (after === undefined || own > after) keyed.push({ key: own, row });
  }
  keyed.sort((one, other) => (one.key < other.key ? -1 : Number(one.key > other.key)));
  return keyed.slice(0, limit).map(({ row }) => view(row));
}

/** Whether a name is one that a filter means: `*` stands for any letters; undefined: every name. */
export function isNamed(name: string, pattern: string | undefined): boolean {
  if (pattern === undefined || pattern === name) return true;
  const [first = "", ...others] = pattern.split("*");
  const last = others.pop();
  if (last === undefined || !name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= name.length - last.length;
}

/** Whether labels have the one that a filter names, `key` or `key=value`; undefined: any do. */
export function isLabelled(labels: Readonly<Record<string, string>>, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  const at = wanted.indexOf("=");
  if (at === -1) return Object.hasOwn(labels, wanted);
  const [key, value] = [wanted.slice(0, at), wanted.slice(at + 1)];
  return Object.hasOwn(labels, key) && labels[key] === value;
}
