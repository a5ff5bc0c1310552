import type { Store } from "../../intent/store.ts";

export interface AdmittedHost {
  readonly name: string;
  /** The name of its chassis in OVN. */
  readonly systemId: string;
  /** The fingerprint of the key that it was admitted with. */
  readonly key: string;
}

/** Whom the cluster has admitted: a host counts while its row stands in the intent with the key that it was admitted with. */
export class Admissions {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The name of the host that was admitted with this key. */
  hostWithKey(fingerprint: string): string | undefined {
    return this.#store.view.find("Host", "byAdmittedKey", fingerprint)[0]?.name;
  }

  /** The name of a host's chassis in OVN. */
  systemIdOf(host: string): string | undefined {
    return this.#store.view.find("Host", "byName", host)[0]?.system_id;
  }

  /** All hosts that were admitted with a key, by name. */
  all(): readonly AdmittedHost[] {
    return Array.from(this.#store.view.rows("Host"))
      .flatMap(({ name, system_id: systemId, admitted_key: key }) =>
        key === null ? [] : { name, systemId, key },
      )
      .sort((one, other) => one.name.localeCompare(other.name));
  }

  /** Calls `look` when somebody was admitted or removed, before the one who asked for that is answered. */
  onChange(look: () => void): Disposable {
    const { replica } = this.#store;
    const onChange = (changes: readonly { readonly table: string }[]): void => {
      if (changes.some(({ table }) => table === "Host")) look();
    };
    replica.on("change", onChange);
    return { [Symbol.dispose]: () => void replica.off("change", onChange) };
  }
}
