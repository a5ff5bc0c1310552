import { FairwayError } from "../errors.ts";
import { shorten } from "../free-text.ts";

/** An option that means something. */
export interface KnownOption {
  readonly name: string;
  /** What it takes, to stand behind "it takes". */
  readonly value: string;
}

export const yesOrNo = "true or false";

/** VLCP's users write values that are no plain text in backquotes. */
export function unquoted(text: string): string {
  return /^`.*`$/s.test(text) ? text.slice(1, -1).trim() : text;
}

/** A bare `-o NAME` says yes. Undefined where the text is neither yes nor no, or not there. */
export function isYes(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  const word = unquoted(text).toLowerCase();
  if (["", "true", "yes", "on", "1"].includes(word)) return true;
  return ["false", "no", "off", "0"].includes(word) ? false : undefined;
}

/** Characters of a value in a message. */
const SHOWN_AT_MOST = 80;

export function invalidOption(name: string, value: string, right: string): FairwayError {
  return new FairwayError(
    "invalid",
    `option ${name}=${shorten(value, SHOWN_AT_MOST)} is not valid; it takes ${right}`,
  );
}
