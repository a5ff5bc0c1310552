import type { ApiClient } from "../../api/client.ts";
import type { PublicationReport as Report } from "../../center/schemas/endpoint.ts";
import { shorten } from "../../free-text.ts";
import type { Logger } from "../../logger.ts";
import type { BackoffBounds } from "../../runtime/backoff.ts";
import { Loop } from "../../runtime/loop.ts";

/** Of a reason, in UTF-16 units: a longer one the center refuses, and the others with it. */
const longestTold = 1_024;
/** While the center does not take it. */
const backoff: BackoffBounds = { firstMs: 500, longestMs: 60_000 };

export interface PublicationReportParts {
  readonly api: Pick<ApiClient, "reportPublications">;
  readonly hostName: string;
  readonly logger: Logger;
}

/** Tells the center which ports this host holds that were published beside its engine: somebody waits for its word. */
export class PublicationReport implements AsyncDisposable {
  readonly #parts: PublicationReportParts;
  readonly #loop: Loop;
  #now: ReadonlyMap<string, string | null> = new Map();
  #told = "[]";

  constructor(parts: PublicationReportParts) {
    const { logger } = parts;
    this.#parts = parts;
    this.#loop = new Loop({ name: "tell of published ports", work: () => this.#tell(), backoff, logger });
  }

  /** @param publications why each is not held; null: it is. */
  set(publications: ReadonlyMap<string, string | null>): void {
    this.#now = publications;
    this.#loop.soon();
  }

  /** The center may have another word than ours: it has been away, or is another one. */
  again(): void {
    this.#told = "[]";
    this.#loop.soon();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
  }

  async #tell(): Promise<void> {
    const { api, hostName } = this.#parts;
    const publications: Report["publications"] = Array.from(this.#now, ([publication, trouble]) => ({
      publication,
      trouble: trouble === null ? null : shorten(trouble, longestTold),
    }));
    const text = JSON.stringify(publications);
    if (text === this.#told) return;
    await api.reportPublications({ host: hostName }, { publications }, { signal: this.#loop.signal });
    this.#told = text;
  }
}
