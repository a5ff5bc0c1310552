/** Of one level: blanks are for names as "Subnet 2". */
const level = "[A-Za-z0-9](?:[A-Za-z0-9 ._@-]{0,61}[A-Za-z0-9])?";

/** What separates the levels of a full name: `Enterprise/Domain/Zone/Subnet 2`. */
export const levelSeparator = "/";

/** A name of so many levels, as part of a pattern. */
export function levelsPattern(count: number): string {
  return Array.from({ length: count }, () => level).join(levelSeparator);
}

const nameInZone = new RegExp(`^${levelsPattern(4)}$`);

/** Whether a text is the full name of a network in a zone. */
export function isNameInZone(text: string): boolean {
  return text.length <= 255 && nameInZone.test(text);
}

const nameOfLevel = new RegExp(`^${level}$`);

/** Whether a text may be the name of one level. */
export function isLevelName(text: string): boolean {
  return nameOfLevel.test(text);
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
