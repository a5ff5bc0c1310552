import { FairwayError } from "../errors.ts";

/** Of a network (`-o`), by name. */
export type Options = Readonly<Record<string, string>>;

/** What an option may mean on one host and not on another. */
export interface Here {
  /** The physical network that an interface of this host is on, by name. */
  physicalNetworkOf(nic: string): string | undefined;
  /** The physical network of which an interface of this host is in a bridge. */
  physicalNetworkOn(bridge: string): string | undefined;
}

/** An option of another plugin's that Fairway does not know by that name. */
export interface DialectOption {
  readonly name: string;
  /** What of Fairway's own it says. Throws `invalid` or `not_found` with what would be right. */
  readonly says?: (value: string, all: Options, here: Here) => Options;
  /** Why it does nothing among these options; undefined where it does something. */
  readonly ignored?: (all: Options) => string | undefined;
  /** Why it would be dangerous to go on without it, and what to do instead. */
  readonly refused?: string;
}

/** How the users of another plugin say what a network is to be. What Fairway knows by the same name means the same. */
export interface Dialect {
  readonly options: readonly DialectOption[];
  /** An option of Fairway's that no network does without, and how it is given. */
  readonly needed?: { readonly name: string; readonly how: string };
}

/** A network that exists, and has what it has: options of a handle, or of a mirror, are no wish. */
function isHandle(options: Options): boolean {
  return options["network"] !== undefined || options["mirror"] !== undefined;
}

/**
 * The options with those of Fairway that they say. Throws `unsupported` for one without which it would be dangerous to go on, and `invalid` where two
 * contradict each other.
 */
export function translated({ options: known }: Dialect, options: Options, here: Here): Options {
  if (isHandle(options)) return options;
  const said: Record<string, string> = {};
  for (const { name, says, refused } of known) {
    const value = options[name];
    if (value === undefined) continue;
    if (refused !== undefined)
      throw new FairwayError("unsupported", `option ${name} does not work: ${refused}`);
    for (const [ours, meant] of Object.entries(says?.(value, options, here) ?? {})) {
      const before = said[ours] ?? options[ours];
      if (before !== undefined && before !== meant)
        throw new FairwayError(
          "invalid",
          `option ${name}=${value} says ${ours}=${meant}, and another one ${ours}=${before}; give one of them`,
        );
      said[ours] = meant;
    }
  }
  return { ...options, ...said };
}

/** Throws `invalid` where what no network of this plugin's did without is missing. */
export function checkNeeded({ needed }: Dialect, options: Options): void {
  if (needed === undefined || isHandle(options) || options[needed.name] !== undefined) return;
  throw new FairwayError("invalid", `option ${needed.name} is missing: ${needed.how}`);
}

/** Options that do nothing, each with the reason. */
export function ignoredOptions({ options: known }: Dialect, options: Options): readonly string[] {
  if (isHandle(options)) return [];
  return known.flatMap(({ name, ignored }) => {
    const why = options[name] === undefined ? undefined : ignored?.(options);
    return why === undefined ? [] : `${name}: ${why}`;
  });
}
