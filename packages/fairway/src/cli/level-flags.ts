import type { Command } from "commander";
import { FairwayError } from "../errors.ts";
import { isNameInZone, levelSeparator, levelsOf } from "../level-names.ts";
import type { Field } from "./text.ts";

/** Within what a name is meant. */
export interface LevelFlags {
  readonly organization?: string;
  readonly domain?: string;
  readonly zone?: string;
}

const levels = ["organization", "domain", "zone"] as const;
type Level = (typeof levels)[number];

/** Adds the flags for the levels above a name; what is left out of them stands in the name itself. */
export function addLevelFlags(command: Command, deepest: Level): Command {
  const own = levels.slice(0, levels.indexOf(deepest) + 1);
  return own.reduce(
    (flagged, level) => flagged.option(`--${level} <${level}>`, `the ${level} in which it is`),
    command,
  );
}

/** A full name: `ORGANIZATION/DOMAIN/ZONE/NAME`, as far as the flags say it. Throws `invalid` where one above is missing. */
export function fullName(name: string, flags: LevelFlags): string {
  const given = levels.map((level) => flags[level]);
  const count = given.filter((each) => each !== undefined).length;
  const missing = levels.find((level, at) => at < count && flags[level] === undefined);
  const last = levels.findLast((level) => flags[level] !== undefined);
  if (missing !== undefined)
    throw new FairwayError("invalid", `--${last} needs --${missing}, in which it is; give both`);
  return [...given.filter((each) => each !== undefined), name].join(levelSeparator);
}

/** The pattern of the names that are in the levels of the flags; undefined: there are no flags. */
export function namesIn(flags: LevelFlags, name: string | undefined): string | undefined {
  const isAnywhere = levels.every((level) => flags[level] === undefined);
  return isAnywhere ? name : fullName(name ?? "*", flags);
}

/** The levels in which a network is, by its full name, and for which other organization something is on it; none of one in no zone. */
export function levelFields(network: string, guest: string | null): readonly Field[] {
  if (!isNameInZone(network)) return [];
  const names = levelsOf(network);
  const fields = levels.map((level, at): Field => [level, names[at] ?? ""]);
  return guest === null ? fields : [...fields, ["for", guest]];
}
