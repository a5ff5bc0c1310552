import type { ApiClient } from "../../api/client.ts";
import type { AddressAnswer, NameAnswer } from "../../center/schemas/name.ts";
import { FairwayError, messageOf } from "../../errors.ts";
import type { Logger } from "../../logger.ts";
import { AnswerCache } from "./answer-cache.ts";
import type { KnownNames } from "./known-names.ts";

/** The container that asks: by the network whose uplink its question came in at, and its address there. */
export interface Asker {
  readonly network: string;
  readonly address: string;
}

/** What the center says; `stranger` where it knows no such asker, `away` where it says nothing and nothing is known from before. */
export type Word<Answer> = Answer | "stranger" | "away";

export interface CenterNamesParts {
  readonly api: Pick<ApiClient, "resolveName" | "reverseLookup">;
  readonly hostName: string;
  /** What was known before this process began, or before a container asked; absent: nothing. */
  readonly known?: Pick<KnownNames, "resolve" | "reverseLookup"> | undefined;
  readonly logger: Logger;
  /** The time in ms. */
  readonly now: () => number;
}

/** A question takes a few milliseconds; the asker's own patience is some seconds. */
const boundMs = 1_000;

/** How long a center that did not answer is left alone. */
const restMs = 2_000;

const keptAnswers = 10_000;
const known = { freshMs: 3_000, staleMs: 3_600_000 };
/** Of a container that just starts the name may be told any moment. */
const unknown = { freshMs: 1_000, staleMs: 10_000 };
const stranger = { freshMs: 500, staleMs: 500 };

const keepingOf = (word: NameAnswer | AddressAnswer | "stranger") =>
  word === "stranger" ? stranger : word.known ? known : unknown;

/** Asks the center about names, and keeps its answers: for seconds, and for longer while it is away. */
export class CenterNames {
  readonly #parts: CenterNamesParts;
  readonly #names: AnswerCache<NameAnswer | "stranger">;
  readonly #addresses: AnswerCache<AddressAnswer | "stranger">;
  #awayUntil = Number.NEGATIVE_INFINITY;
  #answeredAt = Number.NEGATIVE_INFINITY;

  constructor(parts: CenterNamesParts) {
    this.#parts = parts;
    this.#names = new AnswerCache<NameAnswer | "stranger">(keepingOf, keptAnswers, parts.now);
    this.#addresses = new AnswerCache<AddressAnswer | "stranger">(keepingOf, keptAnswers, parts.now);
  }

  async resolve(asker: Asker, name: string): Promise<Word<NameAnswer>> {
    const { api, hostName: host, known } = this.#parts;
    const word = await this.#ask(this.#names, keyOf(asker, name.toLowerCase()), () =>
      api.resolveName({ host, network: asker.network, name, asker: asker.address }, { timeoutMs: boundMs }),
    );
    const addresses = word === "away" ? known?.resolve(asker.network, name) : undefined;
    return addresses === undefined ? word : { known: true, addresses: [...addresses] };
  }

  async reverseLookup(asker: Asker, address: string): Promise<Word<AddressAnswer>> {
    const { api, hostName: host, known } = this.#parts;
    const word = await this.#ask(this.#addresses, keyOf(asker, address), () =>
      api.reverseLookup(
        { host, network: asker.network, address, asker: asker.address },
        { timeoutMs: boundMs },
      ),
    );
    const names = word === "away" ? known?.reverseLookup(asker.network, address) : undefined;
    return names === undefined ? word : { known: true, names: [...names] };
  }

  async #ask<Answer>(
    cache: AnswerCache<Answer | "stranger">,
    key: string,
    question: () => Promise<Answer>,
  ): Promise<Word<Answer>> {
    try {
      return await cache.get(key, () => this.#unlessAway(question));
    } catch {
      return "away";
    }
  }

  async #unlessAway<Answer>(question: () => Promise<Answer>): Promise<Answer | "stranger"> {
    const { now, logger } = this.#parts;
    const begun = now();
    if (begun < this.#awayUntil) throw new FairwayError("unavailable", "The center did not answer just now");
    try {
      const answer = await question();
      this.#answeredAt = now();
      return answer;
    } catch (error) {
      if (error instanceof FairwayError && error.code === "not_found") {
        this.#answeredAt = now();
        return "stranger";
      }
      const isSilent = !(error instanceof FairwayError) || error.retryable;
      // Whom it answers meanwhile it is not away for: it has more questions than it can bear.
      if (isSilent && this.#answeredAt < begun) this.#awayUntil = now() + restMs;
      logger.warn({ error: messageOf(error) }, "the center was not asked for a name");
      throw error;
    }
  }
}

function keyOf({ network, address }: Asker, what: string): string {
  return `${network} ${address} ${what}`;
}
