import "reflect-metadata";
import { createPublicKey, type KeyObject, randomBytes, X509Certificate } from "node:crypto";
import { join } from "node:path";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { FairwayError, messageOf } from "../errors.ts";
import { readIfThere, writePrivately } from "../host/files.ts";
import { fingerprintOf } from "../public-key.ts";
import { type AuthorityName, certificateOf } from "./authority-files.ts";
import { ensureKey, keyAlgorithm, pairOf, signingAlgorithm } from "./key-pair.ts";

const hourMs = 3_600_000;
const authorityLifeMs = 20 * 365 * 24 * hourMs;

/** A certificate is valid from a little before it is made: no two clocks are the same. */
const backdatedMs = 60_000;

export interface CertificateSubject {
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
  readonly usages: readonly ("server" | "client")[];
  readonly lifeMs: number;
}

/** A certificate authority of the cluster: a key and its own certificate, in a directory that is root's alone. */
export class Authority {
  /** Its own certificate, PEM. */
  readonly pem: string;
  /** Of its public key. */
  readonly fingerprint: string;
  readonly #key: KeyObject;
  readonly #certificate: X509Certificate;

  private constructor(key: KeyObject, pem: string) {
    this.#key = key;
    this.#certificate = new X509Certificate(pem);
    this.pem = pem;
    this.fingerprint = fingerprintOf(this.#certificate.publicKey);
  }

  /** The authority in the directory; it is made where there is none. Throws `invalid` where its files do not fit. */
  static async ensure(directory: string, name: AuthorityName): Promise<Authority> {
    const path = certificateOf(directory, name);
    const key = await ensureKey(join(directory, `${name}.key`));
    const pem = await readIfThere(path);
    if (pem === undefined) {
      const made = await selfSigned(key, `Fairway ${name} ${randomBytes(4).toString("hex")}`);
      await writePrivately(path, made);
      return new Authority(key, made);
    }
    const authority = new Authority(key, pem);
    if (!authority.#certificate.checkPrivateKey(key))
      throw new FairwayError("invalid", `${path} is not the certificate of the key beside it`);
    return authority;
  }

  /** A certificate for a public key, followed by the authority's own (PEM). */
  async certify(publicKey: KeyObject, subject: CertificateSubject): Promise<string> {
    const pair = pairOf(this.#key);
    const now = Date.now();
    const names: JsonGeneralName[] = [
      ...subject.dnsNames.map((value) => ({ type: "dns", value }) as const),
      ...subject.addresses.map((value) => ({ type: "ip", value }) as const),
    ];
    const use = { server: ExtendedKeyUsage.serverAuth, client: ExtendedKeyUsage.clientAuth };
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: nameOf(subject.commonName),
      issuer: nameOf(commonNameOf(this.#certificate)),
      notBefore: new Date(now - backdatedMs),
      notAfter: new Date(now + subject.lifeMs),
      publicKey: publicKey.toCryptoKey(keyAlgorithm, true, ["verify"]),
      signingKey: pair.privateKey,
      signingAlgorithm,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension(subject.usages.map((each) => use[each])),
        ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
        await AuthorityKeyIdentifierExtension.create(pair.publicKey),
      ],
    });
    return `${certificate.toString("pem")}\n${this.pem}`;
  }
}

/** The public key of a request (PKCS #10, PEM); what else stands in it is of no matter. Throws `invalid`. */
export async function readRequest(pem: string): Promise<KeyObject> {
  try {
    const request = new Pkcs10CertificateRequest(pem);
    const key = createPublicKey({ key: Buffer.from(request.publicKey.rawData), type: "spki", format: "der" });
    if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1") throw new Error("its key is not of P-256");
    if (!(await request.verify())) throw new Error("its signature is not by its key");
    return key;
  } catch (cause) {
    throw new FairwayError(
      "invalid",
      `request must be a request for a certificate (PKCS #10, PEM): ${messageOf(cause)}`,
      { cause },
    );
  }
}

async function selfSigned(key: KeyObject, commonName: string): Promise<string> {
  const keys = pairOf(key);
  const now = Date.now();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: nameOf(commonName),
    notBefore: new Date(now - backdatedMs),
    notAfter: new Date(now + authorityLifeMs),
    keys,
    signingAlgorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return `${certificate.toString("pem")}\n`;
}

/** Structured, so that no name can be taken for several. */
const nameOf = (commonName: string): Name => new Name([{ CN: [{ utf8String: commonName }] }]);

/** 127 random bits; positive, as RFC 5280 §4.1.2.2 demands. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] ?? 0) & 0x7f || 1;
  return bytes.toString("hex");
}

function commonNameOf(certificate: X509Certificate): string {
  return /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? "";
}
