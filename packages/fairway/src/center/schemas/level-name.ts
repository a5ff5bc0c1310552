import { z } from "zod";
import { levelsPattern } from "../../level-names.ts";

const rule = "each of 1 to 63 letters, digits, blanks and . _ @ -, with a letter or digit at both ends";

/** An organization's name. */
export const organizationName = z
  .string()
  .max(63)
  .regex(new RegExp(`^${levelsPattern(1)}$`), `must be a name, ${rule}, e.g. Enterprise`)
  .refine((name) => name !== "all", 'must be another name: "all" are all of them');

/** A zone's full name. */
export const zoneName = z
  .string()
  .max(191)
  .regex(
    new RegExp(`^${levelsPattern(3)}$`),
    `must be ORGANIZATION/DOMAIN/ZONE, ${rule}, e.g. Enterprise/Domain/Zone`,
  );
