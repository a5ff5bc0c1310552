import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { readIfThere } from "../host/files.ts";
import { certificateOf } from "./authority-files.ts";

/** Of a certificate that is used for new connections for half of it, ms. */
const lifeMs = 3_600_000;

interface Shown {
  readonly key: string;
  readonly cert: string;
}

/**
 * The certificates by which the center tells OVN's Southbound which host is at the other end. Their key is in memory alone, and nobody but this
 * center's own ovsdb-server believes their authority.
 */
export class SouthboundNames {
  readonly #directory: string;
  readonly #key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  readonly #certificates = new Map<string, { readonly shown: Shown; readonly untilMs: number }>();

  /** @param directory of the authorities. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Makes the authority, where there is none. */
  async ensure(): Promise<void> {
    if ((await readIfThere(certificateOf(this.#directory, "southbound"))) === undefined)
      await this.#authority();
  }

  /** @param systemId the name of the host's chassis. */
  async certificateFor(systemId: string): Promise<Shown> {
    const nowMs = Date.now();
    const known = this.#certificates.get(systemId);
    if (known !== undefined && known.untilMs > nowMs) return known.shown;
    for (const [name, { untilMs }] of this.#certificates)
      if (untilMs <= nowMs) this.#certificates.delete(name);
    const authority = await this.#authority();
    const shown = {
      key: this.#key.export({ type: "pkcs8", format: "pem" }).toString(),
      cert: await authority.certify(createPublicKey(this.#key), {
        commonName: systemId,
        dnsNames: [],
        addresses: [],
        usages: ["client"],
        lifeMs,
      }),
    };
    this.#certificates.set(systemId, { shown, untilMs: nowMs + lifeMs / 2 });
    return shown;
  }

  /** What makes certificates is loaded when it is needed: that takes as long as all the rest of a center's start. */
  async #authority() {
    const { Authority } = await import("./authority.ts");
    return Authority.ensure(this.#directory, "southbound");
  }
}
