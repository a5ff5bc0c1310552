import type { Publication } from "./publication.ts";

/** What is published on this host at the moment, by endpoint: who publishes it writes here, and the rules are made from it. */
export class Publications {
  readonly #byEndpoint = new Map<string, readonly Publication[]>();

  /** All of them. */
  get all(): readonly Publication[] {
    return [...this.#byEndpoint.values()].flat();
  }

  /** These are an endpoint's from now on. */
  set(endpoint: string, publications: readonly Publication[]): void {
    this.#byEndpoint.set(endpoint, publications);
  }

  /** An endpoint has none any more. */
  delete(endpoint: string): void {
    this.#byEndpoint.delete(endpoint);
  }
}
