import { createPublicKey, X509Certificate } from "node:crypto";
import { dirname, join } from "node:path";
import { readIfThere } from "../host/files.ts";
import { certificateOf } from "./authority-files.ts";
import { replaceCertificate } from "./files.ts";
import type { SslFiles } from "./open-vswitch.ts";

/** A center gives itself a new one at half of it, so that it may be off for some days. */
const lifeMs = 7 * 24 * 3_600_000;

/** The center's own certificate for both its listeners, the API's and the one of OVN's Southbound, and the authority of its hosts. */
export function centerFiles(authorityDirectory: string): SslFiles {
  const directory = centerDirectory(authorityDirectory);
  return {
    key: join(directory, "key.pem"),
    cert: join(directory, "cert.pem"),
    ca: certificateOf(authorityDirectory, "hosts"),
  };
}

/** What ovsdb-server shows for OVN's Southbound, and whom it believes: this center alone. */
export function southboundFiles(authorityDirectory: string): SslFiles {
  return { ...centerFiles(authorityDirectory), ca: certificateOf(authorityDirectory, "southbound") };
}

/** What is this center's own, beside the authorities. */
export function centerDirectory(authorityDirectory: string): string {
  return join(dirname(authorityDirectory), "central");
}

export interface CertificateNames {
  readonly name: string;
  readonly addresses: readonly string[];
}

/**
 * Gives the center a certificate where it has none for these names, or where half of its life is over.
 * @returns whether it has a new one
 */
export async function ensureCenterCertificate(
  authorityDirectory: string,
  { name, addresses }: CertificateNames,
): Promise<boolean> {
  const files = centerFiles(authorityDirectory);
  const pem = await readIfThere(files.cert);
  if (pem !== undefined && fits(new X509Certificate(pem), name, addresses)) return false;
  const [{ Authority }, { ensureKey }] = await Promise.all([
    import("./authority.ts"),
    import("./key-pair.ts"),
  ]);
  const centrals = await Authority.ensure(authorityDirectory, "centrals");
  const certificate = await centrals.certify(createPublicKey(await ensureKey(files.key)), {
    commonName: name,
    dnsNames: [name],
    addresses,
    usages: ["server", "client"],
    lifeMs,
  });
  await replaceCertificate(files, certificate);
  return true;
}

function fits(certificate: X509Certificate, name: string, addresses: readonly string[]): boolean {
  return (
    !isHalfOver(certificate, Date.now()) &&
    certificate.checkHost(name) !== undefined &&
    addresses.every((address) => certificate.checkIP(address) !== undefined)
  );
}

/** Whether it is time for the next one. */
export function isHalfOver(certificate: X509Certificate, nowMs: number): boolean {
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  return nowMs >= (from + to) / 2;
}
