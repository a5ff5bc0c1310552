import { z } from "zod";
import { text } from "./common.ts";

/** So many items of a list come at once at most. */
const mostAtOnce = 1_000;

/** Which part of a list is wanted. Without a limit it is the whole. */
export const pageQuery = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, `must be a number from 1 to ${mostAtOnce}`)
    .transform(Number)
    .pipe(z.int().min(1).max(mostAtOnce, `must be a number from 1 to ${mostAtOnce}`))
    .optional()
    .describe("At most so many; the header `Link` names the next page"),
  after: text(512, 1).optional().describe("Only those behind this one, as the header `Link` says it"),
} as const;

export interface PageWish {
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

/** Names that a filter lets through. */
export const nameQuery = text(255, 1)
  .optional()
  .describe("Only those of this name; `*` stands for any letters");

/** Labels that a filter lets through. */
export const labelQuery = text(512, 1)
  .optional()
  .describe("Only those with this label: `team`, or `team=web`");
