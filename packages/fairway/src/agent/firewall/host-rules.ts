import { messageOf } from "../../errors.ts";
import { RulesInForce } from "../../host/packet-filter/rules-in-force.ts";
import type { Logger } from "../../logger.ts";
import { inTurn } from "../../runtime/in-turn.ts";
import { Listeners } from "../../runtime/listeners.ts";
import { PutAside } from "../../runtime/put-aside.ts";
import { publicationKey } from "../state/keys.ts";
import type { Firewall } from "./firewall.ts";
import { acceptForwarded, withdrawForwarded } from "./forward-accept.ts";
import { endForwarding } from "./kernel-settings.ts";
import { acceptNames, withdrawNames } from "./name-accept.ts";
import { findObstacles } from "./obstacles.ts";
import type { Publication } from "./publication.ts";
import type { Publications } from "./publications.ts";
import { findRefused } from "./refused-rules.ts";
import { type Elements, elementsOf, type HostFacts, type RuledUplink } from "./ruleset.ts";
import type { RulesetGeneration } from "./ruleset-generation.ts";

/** How long what nft does not take is left out of the table. */
const backoff = { firstMs: 10_000, longestMs: 600_000 };

/** Something that our table has elements for. */
type Ruled = { readonly uplink: RuledUplink } | { readonly publication: Publication };

/** What nft does not take, by the key of the host's state (`uplink/…`, `published/…`), and why. */
export type Refused = ReadonlyMap<string, string>;

export interface HostRulesParts {
  readonly firewall: Firewall;
  readonly generation: Pick<RulesetGeneration, "read">;
  readonly publications: Pick<Publications, "all">;
  /** What is beside Fairway on this host by now. */
  readonly facts: () => HostFacts;
  readonly logger: Logger;
}

/** What this host's firewalls must say for its uplinks and published ports: ours, and a word to other people's. */
export class HostRules {
  readonly #parts: HostRulesParts;
  /** The generation of the kernel's rules in which all was as it must be. */
  #soundIn: number | undefined;
  /** The generation at the last look; `undefined` beside `isDue`: nobody can tell. */
  #others: { readonly isDue: boolean; readonly generation: number | undefined } = {
    isDue: false,
    generation: undefined,
  };
  #uplinks: readonly RuledUplink[] = [];
  /** By what it is and says: another port of the same endpoint is another item. */
  readonly #aside = new PutAside<string>(backoff);
  /** Whether the firewalls may have something of ours. */
  #isUsed = true;
  readonly #told = new Set<string>();
  readonly #applied: Listeners<[hasChanged: boolean]>;

  constructor(parts: HostRulesParts) {
    this.#parts = parts;
    this.#applied = new Listeners(parts.logger);
  }

  /**
   * Calls `listener` whenever our table holds what it must, with whether it did not before, and was written.
   * @param what says in the log what failed, where it throws.
   */
  onApplied(what: string, listener: (hasChanged: boolean) => void): void {
    this.#applied.add(what, listener);
  }

  /**
   * Makes the table that of these uplinks. Without uplinks nothing is left.
   * @param verify looks at what is there, too, where somebody has changed a rule since the last look.
   * @returns what it is without. @throws `internal` where nft takes no table of ours at all.
   */
  async apply(uplinks: Iterable<RuledUplink>, verify: boolean): Promise<Refused> {
    this.#uplinks = [...uplinks];
    if (this.#uplinks.length === 0) return this.#clear();
    const isFirst = !this.#isUsed;
    this.#isUsed = true;
    // Before the look: what changes during it has another number.
    const generation = verify || isFirst ? await this.#readGeneration() : undefined;
    const isSound = !isFirst && generation !== undefined && generation === this.#soundIn;
    if (verify && !isSound && !(await this.#parts.firewall.isIntact()))
      this.#parts.logger.info({}, "Fairway's nftables table is written anew");
    const isDue = this.#others.isDue || (!isSound && (verify || isFirst));
    this.#others = { isDue, generation };
    return this.publish();
  }

  /** Sees to it that other people's firewalls let pass what the uplinks forward and ask, where their rules may have changed. */
  async passOthers(): Promise<void> {
    const { isDue, generation } = this.#others;
    if (!isDue) return;
    const inForce = new RulesInForce();
    await inTurn([
      () => acceptForwarded(inForce),
      () => acceptNames(inForce),
      () => this.#tellObstacles(inForce),
    ]);
    this.#soundIn = generation;
    this.#others = { isDue: false, generation };
  }

  async #tellObstacles(inForce: RulesInForce): Promise<void> {
    for (const { seen, mend } of await findObstacles(inForce)) {
      if (!this.#told.has(seen))
        this.#parts.logger.warn({ seen, mend }, "another firewall may be in the way");
      this.#told.add(seen);
    }
  }

  /** Writes the published ports as they are by now. @returns what the table is without. */
  async publish(): Promise<Refused> {
    if (this.#uplinks.length === 0) return new Map();
    this.#applied.call(await this.#write());
    this.#parts.firewall
      .remember()
      .catch((error: unknown) => this.#parts.logger.debug({ error: messageOf(error) }, "nft lists no table"));
    return this.#refused();
  }

  /** @returns whether something was written. */
  async #write(): Promise<boolean> {
    const { firewall } = this.#parts;
    try {
      return await firewall.apply(() => this.elements());
    } catch (error) {
      if (!(await this.#isolate())) throw error;
      return await firewall.apply(() => this.elements());
    }
  }

  /** What the table must hold by now. */
  elements(): Elements {
    return this.#elementsFor(this.#taken());
  }

  /** All that the table is for. */
  #all(): ReadonlyMap<string, Ruled> {
    const all = new Map<string, Ruled>();
    for (const uplink of this.#uplinks) all.set(JSON.stringify(uplink), { uplink });
    for (const publication of this.#parts.publications.all)
      all.set(JSON.stringify(publication), { publication });
    return all;
  }

  #taken(): readonly Ruled[] {
    return [...this.#all()].flatMap(([key, ruled]) => (this.#aside.isDue(key) ? ruled : []));
  }

  #refused(): Refused {
    const all = this.#all();
    this.#aside.keep(all);
    const refused = new Map<string, string>();
    for (const [key, reason] of this.#aside.reasons) {
      const ruled = all.get(key);
      if (ruled === undefined) continue;
      const isTried = this.#aside.isDue(key);
      if (isTried) this.#aside.succeeded(key);
      else refused.set(keyOf(ruled), reason);
    }
    return refused;
  }

  /** Finds what nft does not take, and puts it aside. @returns whether there is something. */
  async #isolate(): Promise<boolean> {
    const tried = [...this.#all()].filter(([key]) => this.#aside.isDue(key));
    const refused = await findRefused(tried, (some) =>
      this.#parts.firewall.refuses(this.#elementsFor(some.map(([, ruled]) => ruled))),
    );
    for (const [[key, ruled], reason] of refused)
      if (this.#aside.failed(key, reason))
        this.#parts.logger.warn(
          { item: keyOf(ruled), reason },
          "the host's rules are without it; it is tried again",
        );
    return refused.size > 0;
  }

  #elementsFor(ruled: readonly Ruled[]): Elements {
    return elementsOf(
      ruled.flatMap((each) => ("uplink" in each ? each.uplink : [])),
      ruled.flatMap((each) => ("publication" in each ? each.publication : [])),
      this.#parts.facts(),
    );
  }

  async #readGeneration(): Promise<number | undefined> {
    try {
      return await this.#parts.generation.read();
    } catch (error) {
      this.#parts.logger.debug(
        { error: messageOf(error) },
        "the kernel does not tell whether its rules changed",
      );
      return undefined;
    }
  }

  async #clear(): Promise<Refused> {
    this.#others = { isDue: false, generation: undefined };
    if (!this.#isUsed) return new Map();
    await this.#parts.firewall.remove();
    await withdrawForwarded();
    await withdrawNames();
    endForwarding();
    this.#soundIn = undefined;
    this.#isUsed = false;
    this.#applied.call(true);
    return new Map();
  }
}

function keyOf(ruled: Ruled): string {
  return "uplink" in ruled ? ruled.uplink.item.key : publicationKey(ruled.publication.id);
}
