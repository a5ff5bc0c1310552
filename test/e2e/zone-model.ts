type ZoneAction = "allow" | "reject" | "drop";

/** What a domain says of its zones, as the API has it. */
export interface ZonePolicy {
  readonly zonePolicy: "allow" | "deny";
  readonly zoneRules: Readonly<Record<string, ZoneAction>>;
}

/** A merge patch of that (RFC 7396). */
export interface ZonePatch {
  readonly zonePolicy?: ZonePolicy["zonePolicy"];
  readonly zoneRules?: Readonly<Record<string, ZoneAction | null>>;
}

export const zones = ["Front", "Back"] as const;
export type Zone = (typeof zones)[number];

/**
 * Whether a ping from one zone of a domain to another is answered, as docs/tenancy.md says it: the rule that says more decides, above all of whom it is
 * sent to, then of whom it comes from, then of the protocol; of two that say as much the one that denies.
 */
export function isAnswered({ zonePolicy, zoneRules }: ZonePolicy, from: Zone, to: Zone): boolean {
  if (from === to) return true;
  const [decisive] = Object.entries(zoneRules)
    .flatMap(([text, action]) => {
      const [between = "", protocol = "any"] = text.split("/");
      const [source = "", target = ""] = between.split(" > ");
      const isMeant =
        ["*", from].includes(source) && ["*", to].includes(target) && ["any", "icmp"].includes(protocol);
      const says = [target !== "*", source !== "*", protocol !== "any", action !== "allow"];
      return isMeant ? [{ action, weight: says.map(Number).join("") }] : [];
    })
    .sort((one, other) => (one.weight < other.weight ? 1 : -1));
  return (decisive?.action ?? zonePolicy) === "allow";
}

/** The policy with a patch. */
export function patched(policy: ZonePolicy, patch: ZonePatch): ZonePolicy {
  const rules = Object.entries({ ...policy.zoneRules, ...patch.zoneRules });
  return {
    zonePolicy: patch.zonePolicy ?? policy.zonePolicy,
    zoneRules: Object.fromEntries(
      rules.flatMap(([text, action]) => (action === null ? [] : [[text, action] as const])),
    ),
  };
}

/** Random changes of policy; the same from the same seed. */
export class PolicyChanges {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A change of one domain that has this policy. */
  next({ zonePolicy, zoneRules }: ZonePolicy): ZonePatch {
    if (this.pick([true, false, false, false]))
      return { zonePolicy: zonePolicy === "allow" ? "deny" : "allow" };
    const known = Object.keys(zoneRules);
    if (known.length > 0 && this.pick([true, false])) return { zoneRules: { [this.pick(known)]: null } };
    const between = this.pick(["Front > Back", "Back > Front", "* > Back", "Front > *", "* > *"]);
    const rule = `${between}${this.pick(["", "/icmp", "/tcp/80"])}`;
    return { zoneRules: { [rule]: this.pick(["allow", "reject", "drop"] as const) } };
  }

  /** One of some values. */
  pick<V>(values: readonly V[]): V {
    // Numerical Recipes' generator: its upper bits are random enough for this.
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    const value = values[Math.floor((this.#state / 2 ** 32) * values.length)];
    if (value === undefined) throw new Error("there is nothing to choose from");
    return value;
  }
}
