import type { Route } from "./routes/route.ts";

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
