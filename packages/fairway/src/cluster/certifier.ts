import { fingerprintOf } from "../public-key.ts";
import type { Certifier } from "../service/certifier.ts";
import { Authority, readRequest } from "./authority.ts";

/** So long a removed host may still reach OVN's Southbound at the most; half of it a center may be away. */
const hostLifeMs = 24 * 3_600_000;

export interface CertifierOptions {
  /** Of both authorities. */
  readonly directory: string;
  /** Where the center listens for other machines: `ADDRESS:PORT`. */
  readonly address: string;
  /** `ssl:ADDRESS:PORT` of OVN's Southbound. */
  readonly southbound: string;
}

/** What the service gives to hosts, by the cluster's authorities. Throws `invalid` where their files do not fit. */
export async function openCertifier({
  directory,
  address,
  southbound,
}: CertifierOptions): Promise<Certifier> {
  const centrals = await Authority.ensure(directory, "centrals");
  const hosts = await Authority.ensure(directory, "hosts");
  return {
    authorityFingerprint: centrals.fingerprint,
    authorityPem: centrals.pem,
    address,
    southbound,
    fingerprintOf: async (request) => fingerprintOf(await readRequest(request)),
    certify: async (request, { name, systemId }) =>
      // OVN compares the common name with the chassis' name (ovn-sb(5), RBAC); people read the host's.
      hosts.certify(await readRequest(request), {
        commonName: systemId,
        dnsNames: [name],
        addresses: [],
        usages: ["client"],
        lifeMs: hostLifeMs,
      }),
  };
}
