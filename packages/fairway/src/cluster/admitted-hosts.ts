import type { Admission } from "../api/admission.ts";

/** A host that was admitted, as the center tells it to the process that serves the Southbound. */
export interface AdmittedHost {
  readonly name: string;
  /** The name of its chassis in OVN. */
  readonly systemId: string;
  /** The fingerprint of the key that it was admitted with. */
  readonly key: string;
}

/** The center's own knowledge of them. */
export interface AdmissionList {
  all(): readonly AdmittedHost[];
  /** Calls `look` when somebody was admitted or removed; disposing ends that. */
  onChange(look: () => void): Disposable;
}

/** Whom the cluster has admitted, as the center said last. */
export class AdmittedHosts implements Admission {
  readonly #listeners = new Set<() => void>();
  #byKey: ReadonlyMap<string, AdmittedHost> = new Map();
  #byName: ReadonlyMap<string, AdmittedHost> = new Map();

  hostWithKey(fingerprint: string): string | undefined {
    return this.#byKey.get(fingerprint)?.name;
  }

  /** The name of a host's chassis. */
  systemIdOf(host: string): string | undefined {
    return this.#byName.get(host)?.systemId;
  }

  onChange(look: () => void): Disposable {
    this.#listeners.add(look);
    return { [Symbol.dispose]: () => void this.#listeners.delete(look) };
  }

  replace(hosts: readonly AdmittedHost[]): void {
    this.#byKey = new Map(hosts.map((host) => [host.key, host]));
    this.#byName = new Map(hosts.map((host) => [host.name, host]));
    for (const look of this.#listeners) look();
  }
}
