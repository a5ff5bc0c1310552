import { messageOf } from "../errors.ts";
import { within } from "../runtime/within.ts";
import { Blocked } from "./finding.ts";

/** How long one part may take to answer, ms. Shorter than a check's bound, so that the check can still say what mends it. */
export const answerBoundMs = 3_000;

/** Something that several checks look at: it is looked at once, when the first of them asks. */
export class Probe<Seen> {
  readonly #part: string;
  readonly #look: (signal: AbortSignal) => Promise<Seen>;
  #seen: Promise<Seen> | undefined;

  /** @param part what is looked at, as the subject of a sentence. */
  constructor(part: string, look: (signal: AbortSignal) => Promise<Seen>) {
    this.#part = part;
    this.#look = look;
  }

  /** For the check whose subject it is. Throws what is wrong with it. */
  see(): Promise<Seen> {
    this.#seen ??= within(answerBoundMs, this.#part, this.#look);
    return this.#seen;
  }

  /** For a check that needs it. Throws `Blocked` where something is wrong with it. */
  async need(): Promise<Seen> {
    try {
      return await this.see();
    } catch (cause) {
      if (cause instanceof Blocked) throw cause;
      const reason = messageOf(cause);
      const told = reason.startsWith(this.#part) ? reason : `${this.#part}: ${reason}`;
      throw new Blocked(`not looked at: ${told}`, { cause });
    }
  }
}
