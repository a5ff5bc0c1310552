import type { ApiClient } from "../api/client.ts";
import type { Paint } from "./paint.ts";

/** How long a command waits for a center's answer, ms. */
export const bounds = {
  status: 5_000,
  read: 10_000,
  /** A change may have to wait for OVN. */
  change: 30_000,
} as const;

/** Asks the center, and says so on standard error where that takes longer than a second. Throws what it means on this machine that it failed. */
export type Query = <Answer>(
  question: (client: ApiClient) => Promise<Answer>,
  boundMs?: number,
) => Promise<Answer>;

/** Makes text of an answer. */
type Render<Thing> = (thing: Thing, paint: Paint) => string;

/**
 * Asks the center a question, and prints the answer: as JSON with `-o json`, else as the text that `render` makes of it.
 * @param boundMs how long it waits; as long as for something to read by default
 */
export type Ask = <Answer>(
  question: (client: ApiClient) => Promise<Answer>,
  render: Render<Answer>,
  boundMs?: number,
) => Promise<void>;

/** Prints something: as JSON with `-o json`, else as the text that `render` makes of it. */
export type Print = <Thing>(thing: Thing, render: Render<Thing>) => void;

/** Works with the center for as long as it takes. Throws what it means on this machine that it failed. */
export type WithCenter = <Result>(work: (client: ApiClient) => Promise<Result>) => Promise<Result>;
