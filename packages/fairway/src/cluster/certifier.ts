import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fingerprintOf } from "../public-key.ts";
import { certificateOf } from "./authority-files.ts";

/** Half of it a center may be away. */
const hostLifeMs = 24 * 3_600_000;

export interface CertifierOptions {
  /** Of both authorities. */
  readonly directory: string;
  /** Where the center listens for other machines: `ADDRESS:PORT`. */
  readonly address: string;
  /** `ssl:ADDRESS:PORT` of OVN's Southbound. */
  readonly southbound: string;
}

/** What gives hosts their certificates: the center's `Certifier`. */
export type Certifier = Awaited<ReturnType<typeof openCertifier>>;

/**
 * What the service gives to hosts, by the authorities that are in the directory. What makes certificates is loaded when it
 * is needed: that takes as long as all the rest of a center's start.
 */
export async function openCertifier({ directory, address, southbound }: CertifierOptions) {
  const authorityPem = await readFile(certificateOf(directory, "centrals"), "utf8");
  return {
    authorityFingerprint: fingerprintOf(new X509Certificate(authorityPem).publicKey),
    authorityPem,
    address,
    southbound,
    fingerprintOf: async (request: string) => {
      const { readRequest } = await import("./authority.ts");
      return fingerprintOf(await readRequest(request));
    },
    certify: async (
      request: string,
      { name, systemId }: { readonly name: string; readonly systemId: string },
    ) => {
      const { Authority, readRequest } = await import("./authority.ts");
      const hosts = await Authority.ensure(directory, "hosts");
      // OVN compares the common name with the chassis' name (ovn-sb(5), RBAC); people read the host's.
      return hosts.certify(await readRequest(request), {
        commonName: systemId,
        dnsNames: [name],
        addresses: [],
        usages: ["client"],
        lifeMs: hostLifeMs,
      });
    },
  };
}
