import type { Route } from "./routes/route.ts";

/** A list as a client asks for it, page by page. */
type List<Item> = (page: { readonly limit: number; readonly after?: string }) => Promise<readonly Item[]>;

/** So many items of a list come at once where a client reads all of it. */
const pageSize = 500;

/**
 * Where the page behind an answer is (RFC 8288, `rel="next"`): its URL, relative to the server; undefined where the answer is no full page.
 * @param url that of the request.
 */
export function nextPage(route: Route, url: string, answer: unknown): string | undefined {
  const [path = "", query = ""] = url.split("?", 2);
  const parameters = new URLSearchParams(query);
  const limit = parameters.get("limit");
  if (route.after === undefined || limit === null || !Array.isArray(answer)) return undefined;
  const last: unknown = answer.at(-1);
  if (last === undefined || answer.length < Number(limit)) return undefined;
  parameters.set("after", (route.after as (last: unknown) => string)(last));
  return `${path}?${parameters.toString()}`;
}

/** All items of a list, read page by page: no more than one page is held at a time. */
export async function* eachOf<Item>(
  list: List<Item>,
  after: (last: Item) => string,
): AsyncGenerator<Item, void> {
  for (let behind: string | undefined; ; ) {
    const page = await list({ limit: pageSize, ...(behind !== undefined && { after: behind }) });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    behind = after(last);
  }
}
