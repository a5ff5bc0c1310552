import { z } from "zod";

/** Of one level: blanks are for names as "Subnet 2". */
const level = "[A-Za-z0-9](?:[A-Za-z0-9 ._@-]{0,61}[A-Za-z0-9])?";
const rule = "each of 1 to 63 letters, digits, blanks and . _ @ -, with a letter or digit at both ends";

/** What separates the levels of a full name: `Enterprise/Domain/Zone/Subnet 2`. */
export const levelSeparator = "/";

/** A name of so many levels, as part of a pattern. */
export function levelsPattern(count: number): string {
  return Array.from({ length: count }, () => level).join(levelSeparator);
}

/** An organization's name. */
export const organizationName = z
  .string()
  .max(63)
  .regex(new RegExp(`^${level}$`), `must be a name, ${rule}, e.g. Enterprise`)
  .refine((name) => name !== "all", 'must be another name: "all" are all of them');

/** A zone's full name. */
export const zoneName = z
  .string()
  .max(191)
  .regex(
    new RegExp(`^${levelsPattern(3)}$`),
    `must be ORGANIZATION/DOMAIN/ZONE, ${rule}, e.g. Enterprise/Domain/Zone`,
  );

const nameInZone = new RegExp(`^${levelsPattern(4)}$`);

/** Whether a text is the full name of a network in a zone. */
export function isNameInZone(text: string): boolean {
  return text.length <= 255 && nameInZone.test(text);
}

/** The name of the level above, in which no other has the last part of this name; undefined of one level. */
export function levelAbove(name: string): string | undefined {
  const at = name.lastIndexOf(levelSeparator);
  return at === -1 ? undefined : name.slice(0, at);
}

/** The levels of a full name. */
export function levelsOf(name: string): readonly string[] {
  return name.split(levelSeparator);
}
