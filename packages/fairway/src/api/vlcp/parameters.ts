import { FairwayError } from "../../errors.ts";
import { isStorable, shorten } from "../../free-text.ts";
import { parseLiteral } from "../../python-literal.ts";

/** What a call is given, by name: text, or what stood in backquotes or in JSON. */
export type Parameters = Readonly<Record<string, unknown>>;

/** So many parameters has no call. */
const mostParameters = 512;

const formMediaType = "application/x-www-form-urlencoded";
const jsonMediaType = "application/json";

/** A call as HTTP brings it. */
export interface RawCall {
  /** Behind the `?` of its URL, as it was sent. */
  readonly query: string;
  /** The header `Content-Type`; undefined where there is none. */
  readonly contentType: string | undefined;
  /** Empty where there is none. */
  readonly body: Buffer;
}

/**
 * Reads the parameters of a call: from its URL, and from its body, which is a form or JSON. A text in backquotes is a literal of Python, as VLCP's users
 * write what is no text. Throws `invalid` naming the parameter that is none.
 */
export function readParameters({ query, contentType, body }: RawCall): Parameters {
  return parametersOf([...readForm(query, "the URL"), ...readBody(contentType, body)]);
}

/** Parameters by name. Throws `invalid` naming the one that is given twice, or that no database can hold. */
export function parametersOf(pairs: readonly Pair[]): Parameters {
  if (pairs.length > mostParameters)
    throw new FairwayError(
      "invalid",
      `a call takes at most ${mostParameters} parameters, not ${pairs.length}`,
    );
  const parameters = new Map<string, unknown>();
  for (const [name, value] of pairs) {
    if (parameters.has(name))
      throw new FairwayError("invalid", `parameter ${shorten(name, 80)} is given twice; give it once`);
    if (!isStorableDeep(name) || !isStorableDeep(value))
      throw new FairwayError(
        "invalid",
        `parameter ${shorten(JSON.stringify(name), 80)} must be text without NUL and without halves of surrogate pairs`,
      );
    parameters.set(name, value);
  }
  return Object.fromEntries(parameters);
}

type Pair = readonly [name: string, value: unknown];

function readBody(contentType: string | undefined, body: Buffer): readonly Pair[] {
  if (body.length === 0) return [];
  const [mediaType = ""] = (contentType ?? "").split(";");
  const kind = mediaType.trim().toLowerCase();
  if (kind === formMediaType) return readForm(textOf(body), "the form");
  if (kind === jsonMediaType) return readJson(textOf(body));
  throw new FairwayError(
    "invalid",
    `the body must be ${formMediaType} or ${jsonMediaType}, and say so by Content-Type; it says ${shorten(JSON.stringify(contentType ?? ""), 80)}`,
  );
}

function textOf(body: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch (cause) {
    throw new FairwayError("invalid", "the body must be text in UTF-8", { cause });
  }
}

function readJson(text: string): readonly Pair[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new FairwayError("invalid", "the body is not JSON", { cause });
  }
  if (typeof content === "object" && content !== null && !Array.isArray(content))
    return Object.entries(content);
  throw new FairwayError("invalid", 'the body must be an object with named parameters, e.g. {"id": "vlan"}');
}

/** By WHATWG URL §5.1 (`application/x-www-form-urlencoded` parsing); what is no UTF-8 is refused there rather than replaced. */
function readForm(text: string, place: string): readonly Pair[] {
  return text
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const at = part.includes("=") ? part.indexOf("=") : part.length;
      const name = decoded(part.slice(0, at), place);
      return [name, literalOrText(name, decoded(part.slice(at + 1), place))] as const;
    });
}

function decoded(text: string, place: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch (cause) {
    const what = shorten(JSON.stringify(text), 80);
    throw new FairwayError("invalid", `${what} in ${place} must be percent-encoded UTF-8`, { cause });
  }
}

function literalOrText(name: string, text: string): unknown {
  if (text.length < 2 || !text.startsWith("`") || !text.endsWith("`")) return text;
  try {
    return parseLiteral(text.slice(1, -1));
  } catch (error) {
    if (!(error instanceof FairwayError)) throw error;
    throw new FairwayError("invalid", `parameter ${shorten(name, 80)}: ${error.message}`, { cause: error });
  }
}

/** JSON can be nested as deep as a body is long: what is deeper than any parameter is not looked at, and refused. */
function isStorableDeep(value: unknown, depth = 0): boolean {
  if (depth > 32) return false;
  if (typeof value === "string") return isStorable(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, part]) => isStorable(name) && isStorableDeep(part, depth + 1));
}
