import type { Asker, CenterNames } from "./center-names.ts";
import { type Finding, type Query, type Rcode, readQuery, type Transport, writeAnswer } from "./message.ts";
import type { NamedEgress } from "./named-egress.ts";
import { addressOfReverseName } from "./reverse.ts";

/** Where the questions go that are not about containers. */
export interface Forwarder {
  /** The answer's bytes; `silence` where no server gave one in time, `nobody` where this host has no server to ask. */
  forward(query: Buffer, transport: Transport, asker: Asker): Promise<Buffer | "silence" | "nobody">;
}

export interface ResolverParts {
  readonly names: Pick<CenterNames, "resolve" | "reverseLookup">;
  readonly forwarder: Forwarder;
  /** Who says whether an answer may leave; absent: it may. */
  readonly egress?: Pick<NamedEgress, "admits"> | undefined;
  /** What becomes of a question from an address that is no container's here. */
  readonly strangers: "refused" | "forwarded";
}

/** What is said about a question: an answer of our own, or that others may know. */
type Verdict = { readonly rcode: Rcode; readonly findings: readonly Finding[] } | "others know";

/** Answers a container's question: about containers by the center's word, about the rest by the host's own servers. */
export class Resolver {
  readonly #parts: ResolverParts;

  constructor(parts: ResolverParts) {
    this.#parts = parts;
  }

  /** @returns undefined where there is nothing to say. Never throws. */
  async answer(bytes: Buffer, asker: Asker, transport: Transport): Promise<Buffer | undefined> {
    const reading = readQuery(bytes);
    if (reading === undefined) return undefined;
    if ("refusal" in reading) return reading.refusal;
    const { query } = reading;
    const found = await this.#look(query, asker);
    if (found !== "others know") return writeAnswer(query, found.rcode, found.findings, transport);
    const { forwarder, egress } = this.#parts;
    const answer = await forwarder.forward(bytes, transport, asker);
    if (Buffer.isBuffer(answer)) {
      const mayLeave = egress === undefined || (await egress.admits(asker, query.name, answer));
      return mayLeave ? answer : writeAnswer(query, "SERVFAIL", [], transport);
    }
    const nobodyKnows = answer === "nobody" && isSingleLabel(query.name);
    return writeAnswer(query, nobodyKnows ? "NXDOMAIN" : "SERVFAIL", [], transport);
  }

  async #look(query: Query, asker: Asker): Promise<Verdict> {
    if (query.class !== "IN" || !query.repeatable || !/^[\x21-\x7e]+$/.test(query.name)) return "others know";
    const address = addressOfReverseName(query.name);
    if (address !== undefined) return this.#lookBack(query, asker, address);
    const word = await this.#parts.names.resolve(asker, query.name);
    if (word === "stranger") return this.#ofStranger();
    // Others cannot know a container's name, and may well know one with a dot.
    if (word === "away") return isSingleLabel(query.name) ? nothing("SERVFAIL") : "others know";
    if (!word.known) return "others know";
    const findings = word.addresses
      .map(recordOf)
      .filter(({ type }) => query.type === type || query.type === "ANY");
    return { rcode: "NOERROR", findings: shuffled(findings) };
  }

  async #lookBack(query: Query, asker: Asker, address: string): Promise<Verdict> {
    const word = await this.#parts.names.reverseLookup(asker, address);
    if (word === "stranger") return this.#ofStranger();
    if (word === "away" || !word.known) return "others know";
    if (word.names.length === 0) return nothing("NXDOMAIN");
    const findings = word.names.map((data): Finding => ({ type: "PTR", data }));
    return { rcode: "NOERROR", findings: query.type === "PTR" ? findings : [] };
  }

  #ofStranger(): Verdict {
    return this.#parts.strangers === "refused" ? nothing("REFUSED") : "others know";
  }
}

function nothing(rcode: Rcode): Verdict {
  return { rcode, findings: [] };
}

function recordOf(address: string): Finding {
  return { type: address.includes(":") ? "AAAA" : "A", data: address };
}

function isSingleLabel(name: string): boolean {
  return !name.includes(".");
}

/** Those who bear one name share its load. */
function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, order: Math.random() }))
    .sort((one, other) => one.order - other.order)
    .map(({ item }) => item);
}
