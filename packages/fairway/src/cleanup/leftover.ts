/** Something of Fairway's on this host, or in the center for this host, that belongs to nobody. */
export interface Leftover {
  /** The same for the same thing in every look. */
  readonly key: string;
  readonly kind: "network" | "endpoint" | "port";
  /** How others know it: a name, addresses, an interface. */
  readonly name: string;
  readonly why: string;
  /** Succeeds when it is gone already. */
  readonly remove: (signal: AbortSignal) => Promise<void>;
}

/** What becomes of a leftover. */
export interface Outcome extends Pick<Leftover, "kind" | "name" | "why"> {
  readonly outcome: "removed" | "would be removed" | "not removed";
  /** Why it was not. */
  readonly error?: string;
}
