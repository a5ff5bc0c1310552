import type { Store } from "../intent/store.ts";
import type { IntentRow, View } from "../intent/view.ts";

/** Which endpoints of a network bear a name, in lower case; made when it is asked for, and kept until the network's names change. */
export class NameIndex {
  readonly #view: View;
  readonly #networks = new Map<string, ReadonlyMap<string, readonly string[]>>();

  constructor({ view, replica }: Store) {
    this.#view = view;
    replica.on("change", (changes) => {
      for (const change of changes) if (change.table === "Endpoint") this.#follow(change.old, change.new);
    });
    replica.on("synced", () => this.#networks.clear());
  }

  /** @returns undefined where nobody on that network bears the name. */
  find(network: string, name: string): readonly string[] | undefined {
    return this.#of(network).get(name);
  }

  #of(network: string): ReadonlyMap<string, readonly string[]> {
    const known = this.#networks.get(network);
    if (known !== undefined) return known;
    const names = new Map<string, string[]>();
    for (const endpoint of this.#view.find("Endpoint", "byNetwork", network))
      for (const name of new Set(endpoint.names.map((each) => each.toLowerCase()))) {
        const bearers = names.get(name);
        if (bearers === undefined) names.set(name, [endpoint._uuid]);
        else bearers.push(endpoint._uuid);
      }
    this.#networks.set(network, names);
    return names;
  }

  #follow(old: IntentRow<"Endpoint"> | undefined, now: IntentRow<"Endpoint"> | undefined): void {
    if (old !== undefined && now !== undefined && old.names.join() === now.names.join()) return;
    for (const row of [old, now]) if (row !== undefined) this.#networks.delete(row.network);
  }
}
