import type { ApiClient } from "../api/client.ts";

/** Asks the center, and prints the answer as the user wants it: as it is in JSON, or as `render` makes it. */
export type Ask = <Answer>(
  question: (client: ApiClient) => Promise<Answer>,
  render: (answer: Answer) => string,
) => Promise<void>;

/** Prints something as the user wants it: as it is in JSON, or as `render` makes it. */
export type Print = <Thing>(thing: Thing, render: (thing: Thing) => string) => void;
