import { FairwayError } from "../../errors.ts";
import { nearestName } from "../../runtime/nearest-name.ts";
import type { CommandLine } from "./command-lines.ts";
import type { Item, Items } from "./plugin.ts";

/** A flag by its names without dashes; the first is its item's. One that is a switch takes no value. */
export interface Flag {
  readonly names: readonly [string, ...string[]];
  readonly isSwitch?: boolean;
}

/**
 * The flags of a command as Go and Python's argparse read them: `-x VALUE`, `-x=VALUE`, `--long VALUE`, `--long=VALUE`; of argparse's also `-xVALUE`.
 * Throws `invalid` for a word that is none. Messages show no value.
 */
export function flagItems({ words, place }: CommandLine, flags: readonly Flag[]): Items {
  const items = new Map<string, Item>();
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, name = "", given] = /^--?([\w-]+)(?:=([^]*))?$/.exec(word) ?? /^-(\w)([^]+)$/.exec(word) ?? [];
    const flag = flags.find(({ names }) => names.includes(name)) ?? gluedTo(flags, word);
    if (flag === undefined) throw unknownFlag(place, word, flags);
    const [item] = flag.names;
    const glued = flag.names.includes(name) ? given : word.slice(2);
    const value = flag.isSwitch === true ? glued !== "false" : (glued ?? rest.shift());
    if (value === undefined)
      throw new FairwayError("invalid", `${place}: flag ${word} needs a value behind it`);
    items.set(item, { name: item, value, place });
  }
  return items;
}

/** `-gglobal` is `-g global`. */
function gluedTo(flags: readonly Flag[], word: string): Flag | undefined {
  const letter = /^-(\w)/.exec(word)?.[1] ?? "";
  return flags.find(({ names, isSwitch }) => isSwitch !== true && names.includes(letter));
}

function unknownFlag(place: string, word: string, flags: readonly Flag[]): FairwayError {
  const known = flags.flatMap(({ names }) => names);
  const name = /^--?([\w-]+)/.exec(word)?.[1];
  if (name === undefined)
    return new FairwayError(
      "invalid",
      `${place}: a flag must stand where there is a word that is none; known are ${dashed(known)}`,
    );
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? `known are ${dashed(known)}` : `did you mean ${dashed([nearest])}?`;
  return new FairwayError("invalid", `${place}: unknown flag ${dashed([name])}; ${hint}`);
}

const dashed = (names: readonly string[]) =>
  names.map((name) => (name.length === 1 ? `-${name}` : `--${name}`)).join(", ");
