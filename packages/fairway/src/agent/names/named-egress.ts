import type { ApiClient } from "../../api/client.ts";
import type { HostItem } from "../../center/schemas/host-state.ts";
import { matchesDnsPattern } from "../../dns-pattern.ts";
import { namesGraceMs } from "../../egress-names.ts";
import { FairwayError, messageOf } from "../../errors.ts";
import { bareAddress, canonicalIp } from "../../ip.ts";
import type { Logger } from "../../logger.ts";
import type { HostState } from "../state/host-state.ts";
import { AnswerCache } from "./answer-cache.ts";
import { type AnsweredAddress, answeredAddresses } from "./answered-addresses.ts";
import type { Asker } from "./center-names.ts";

/** An answer that is not in force by then is withheld. Docker's resolver gives up after 4 s. */
const defaultBoundMs = 2_000;

const keptAnswers = 4_096;

export interface NamedEgressParts {
  readonly api: Pick<ApiClient, "admitName">;
  readonly hostName: string;
  readonly state: Pick<HostState, "items">;
  /** See `ovnReaches`. */
  readonly reaches: (sequence: number, signal: AbortSignal) => Promise<boolean>;
  readonly logger: Logger;
  /** 2 s but in tests. */
  readonly boundMs?: number;
  /** The time in ms. */
  readonly now: () => number;
}

/** What the center said of an answer. */
interface Word {
  readonly sequence: number | null;
  /** How long that is sure, ms. */
  readonly lastsMs: number;
}

/** Containers that may send to whom a name stands for: what they ask is in force before they are told. While the center is away, what it let in before stays so for its time. */
export class NamedEgress {
  readonly #parts: NamedEgressParts;
  readonly #words: AnswerCache<Word>;

  constructor(parts: NamedEgressParts) {
    this.#parts = parts;
    // The center is asked each time, for it may be of another TTL: what it knows costs it no transaction.
    this.#words = new AnswerCache<Word>(
      ({ lastsMs }) => ({ freshMs: 0, staleMs: lastsMs }),
      keptAnswers,
      parts.now,
    );
  }

  /** Whether an answer may go to the container that asked for a name. Never rejects. */
  async admits(asker: Asker, name: string, answer: Buffer): Promise<boolean> {
    if (!this.#isNamed(asker, name)) return true;
    const addresses = answeredAddresses(answer, name);
    if (addresses.length === 0) return true;
    const { reaches, logger, boundMs = defaultBoundMs } = this.#parts;
    const signal = AbortSignal.timeout(boundMs);
    try {
      const { sequence } = await this.#ask(asker, name, addresses, boundMs);
      if (sequence === null || (await reaches(sequence, signal))) return true;
      throw new FairwayError(
        "unavailable",
        `OVN on this host has not come to ${sequence} within ${boundMs} ms`,
      );
    } catch (error) {
      logger.warn(
        { ...asker, name, error: messageOf(error) },
        "a name's answer is withheld: it is not in force",
      );
      return false;
    }
  }

  #ask(
    { network, address: asker }: Asker,
    name: string,
    addresses: readonly AnsweredAddress[],
    timeoutMs: number,
  ) {
    const { api, hostName: host } = this.#parts;
    const asked = name.toLowerCase();
    const key = [network, asker, asked, ...addresses.map(({ address }) => address).sort()].join(" ");
    return this.#words.get(key, async (): Promise<Word> => {
      const body = { asker, name: asked, addresses: [...addresses] };
      const { sequence } = await api.admitName({ host, network }, body, { timeoutMs });
      return { sequence, lastsMs: Math.min(...addresses.map(({ ttl }) => ttl)) * 1_000 + namesGraceMs };
    });
  }

  #isNamed({ network, address }: Asker, name: string): boolean {
    const own = canonicalIp(address);
    return this.#parts.state.items
      .values()
      .some(
        (item) => isOf(item, network, own) && item.egressNames?.some((each) => matchesDnsPattern(each, name)),
      );
  }
}

type EndpointItem = Extract<HostItem, { kind: "endpoint" }>;

function isOf(item: HostItem, network: string, address: string): item is EndpointItem {
  return (
    item.kind === "endpoint" &&
    item.network === network &&
    item.egressNames !== undefined &&
    item.addresses.some((each) => bareAddress(each) === address)
  );
}
