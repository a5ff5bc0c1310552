import { createPublicKey, X509Certificate } from "node:crypto";
import { dirname, join } from "node:path";
import { certificateOf } from "./authority-files.ts";
import { readIfThere, replaceCertificate } from "./files.ts";
import type { SslFiles } from "./open-vswitch.ts";

/** A center gives itself a new one at half of it, so that it may be off for some days. */
const lifeMs = 7 * 24 * 3_600_000;

/** The center's own certificate for both its listeners, the API's and OVN's Southbound's, and the authority of its hosts. */
export function centralFiles(authorityDirectory: string): SslFiles {
  const directory = centralDirectory(authorityDirectory);
  return {
    key: join(directory, "key.pem"),
    cert: join(directory, "cert.pem"),
    ca: certificateOf(authorityDirectory, "hosts"),
  };
}

/** Which addresses may not reach OVN's Southbound. */
export function refusedFile(authorityDirectory: string): string {
  return join(centralDirectory(authorityDirectory), "refused.json");
}

const centralDirectory = (authorityDirectory: string): string => join(dirname(authorityDirectory), "central");

export interface CentralNames {
  readonly name: string;
  readonly addresses: readonly string[];
}

/**
 * Gives the center a certificate where it has none for these names, or where half of its life is over.
 * @returns whether it has a new one
 */
export async function ensureCentralCertificate(
  authorityDirectory: string,
  { name, addresses }: CentralNames,
): Promise<boolean> {
  const files = centralFiles(authorityDirectory);
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
