import { levelSeparator } from "./level-names.ts";

/** The option of an endpoint, and the label of a container, that names its security groups. */
export const groupsOption = "fairway.groups";

/** Reads `web,db`: names, each once. */
export function readGroups(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  return [...new Set(names)].filter((name) => name !== "");
}

/** The full name of a group that is named within an organization; undefined: in none. */
export function fullGroupName(organization: string | undefined, name: string): string {
  return organization === undefined || name.includes(levelSeparator)
    ? name
    : `${organization}${levelSeparator}${name}`;
}
