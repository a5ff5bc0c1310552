import { messageOf } from "../../errors.ts";
import type { Logger } from "../../logger.ts";
import type { Firewall } from "./firewall.ts";
import { acceptForwarded, withdrawForwarded } from "./forward-accept.ts";
import type { Leg } from "./leg.ts";
import { findObstacles } from "./obstacles.ts";
import type { Publication } from "./publication.ts";
import { elementsOf } from "./ruleset.ts";
import type { RulesetGeneration } from "./ruleset-generation.ts";

/** What this host's firewalls must say for its legs and published ports: ours, and a word to other people's. */
export class HostRules {
  readonly #firewall: Firewall;
  readonly #publications: () => Iterable<Publication>;
  readonly #logger: Logger;
  readonly #generation: Pick<RulesetGeneration, "read">;
  /** The generation of the kernel's rules in which all was as it must be. */
  #soundIn: number | undefined;
  #legs: readonly Leg[] = [];
  /** Whether the firewalls may have something of ours. */
  #isUsed = true;
  readonly #told = new Set<string>();

  constructor(
    firewall: Firewall,
    generation: Pick<RulesetGeneration, "read">,
    publications: () => Iterable<Publication>,
    logger: Logger,
  ) {
    this.#firewall = firewall;
    this.#generation = generation;
    this.#publications = publications;
    this.#logger = logger;
  }

  /**
   * Makes the rules those of these legs. Without legs nothing is left.
   * @param verify looks at what is there, too, where somebody has changed a rule since the last look.
   */
  async apply(legs: Iterable<Leg>, verify: boolean): Promise<void> {
    this.#legs = [...legs];
    if (this.#legs.length === 0) return this.#clear();
    const isFirst = !this.#isUsed;
    this.#isUsed = true;
    // Before the look: what changes during it has another number.
    const generation = verify || isFirst ? await this.#generation.read() : undefined;
    const isSound = !isFirst && generation !== undefined && generation === this.#soundIn;
    if (verify && !isSound && !(await this.#firewall.isIntact()))
      this.#logger.info({}, "Fairway's nftables table is written anew");
    await this.publish();
    if (isSound || (!verify && !isFirst)) return;
    await acceptForwarded();
    for (const { seen, mend } of await findObstacles()) {
      if (!this.#told.has(seen)) this.#logger.warn({ seen, mend }, "another firewall may be in the way");
      this.#told.add(seen);
    }
    this.#soundIn = generation;
  }

  /** Writes the published ports as they are by now. */
  async publish(): Promise<void> {
    if (this.#legs.length === 0) return;
    await this.#firewall.apply(() => elementsOf(this.#legs, this.#publications()));
    this.#firewall
      .remember()
      .catch((error: unknown) => this.#logger.debug({ error: messageOf(error) }, "nft lists no table"));
  }

  async #clear(): Promise<void> {
    if (!this.#isUsed) return;
    await this.#firewall.remove();
    await withdrawForwarded();
    this.#soundIn = undefined;
    this.#isUsed = false;
  }
}
