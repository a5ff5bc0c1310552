/** Of one reason, in characters: what fits a line. */
const longestReason = 300;

/** Something of this host that does not work, and what it belongs to. */
export type Trouble = {
  readonly reason: string;
  /** The host keeps it so to protect what is its own: nothing is broken. */
  readonly isMeant?: true;
} & (
  | { readonly network: string; readonly endpoint?: never; readonly physicalNetwork?: never }
  | { readonly endpoint: string; readonly network?: never; readonly physicalNetwork?: never }
  | { readonly physicalNetwork: string; readonly network?: never; readonly endpoint?: never }
);

/** What does not work on this host at the moment, each by whoever found it. */
export class Troubles {
  readonly #bySource = new Map<string, readonly Trouble[]>();
  readonly #onChange: () => void;

  /** @param onChange something else does not work, or works again. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** All that does not work, by whoever found it. */
  get all(): readonly Trouble[] {
    return [...this.#bySource.values()].flat();
  }

  /** Says all that one source knows of; what it does not name any more has passed. */
  of(source: string, found: readonly Trouble[]): void {
    const troubles = found.map((trouble) => ({ ...trouble, reason: fitting(trouble.reason) }));
    const isSame = JSON.stringify(this.#bySource.get(source) ?? []) === JSON.stringify(troubles);
    this.#bySource.set(source, troubles);
    if (!isSame) this.#onChange();
  }
}

/** Text as a line and the center's database take it: whole characters, no control characters. */
function fitting(reason: string): string {
  const readable = reason.toWellFormed().replaceAll(/\p{Cc}+/gu, " ");
  return Array.from(readable).slice(0, longestReason).join("");
}
