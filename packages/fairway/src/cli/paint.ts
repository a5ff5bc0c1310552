import { styleText } from "node:util";

/** How a word looks to whom it concerns. */
export type Tone = "good" | "bad" | "warning";

/** A word with its tone. */
export interface Toned {
  readonly text: string;
  readonly tone: Tone;
}

/** Gives a text its tone on the way to a terminal. */
export type Paint = (text: string, tone: Tone) => string;

/** Without colours. */
export const plain: Paint = (text) => text;

const colours = { good: "green", bad: "red", warning: "yellow" } as const;

/**
 * Colours on a terminal, nowhere else.
 * @param environment `NO_COLOR`, unless it is empty (no-color.org), and a terminal that is `dumb` mean none
 */
export function paintFor(
  isTerminal: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  const isRefused = (environment["NO_COLOR"] ?? "") !== "" || environment["TERM"] === "dumb";
  if (!isTerminal || isRefused) return plain;
  return (text, tone) => styleText(colours[tone], text, { validateStream: false });
}
