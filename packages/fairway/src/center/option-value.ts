import { FairwayError } from "../errors.ts";
import { shorten } from "../free-text.ts";

export { isYes, unquoted } from "../option-word.ts";

/** An option that means something. */
export interface KnownOption {
  readonly name: string;
  /** What it takes, to stand behind "it takes". */
  readonly value: string;
}

export const yesOrNo = "true or false";

/** Characters of a value in a message. */
const SHOWN_AT_MOST = 80;

/** The error for an option whose value is wrong. @param right what it takes, in words. */
export function invalidOption(name: string, value: string, right: string): FairwayError {
  return new FairwayError(
    "invalid",
    `option ${name}=${shorten(value, SHOWN_AT_MOST)} is not valid; it takes ${right}`,
  );
}
