import "reflect-metadata";
import { createPrivateKey, createPublicKey, KeyObject, type webcrypto } from "node:crypto";
import { Pkcs10CertificateRequestGenerator } from "@peculiar/x509";
import { FairwayError } from "../errors.ts";
import { readIfThere, writePrivately } from "../host/files.ts";

/** EC P-256 with SHA-256: what every OpenSSL that Open vSwitch is built with can do. */
export const keyAlgorithm = { name: "ECDSA", namedCurve: "P-256" } as const;
export const signingAlgorithm = { name: "ECDSA", hash: "SHA-256" } as const;

/** The key in a file; one is made where there is none. Throws `invalid` for a file that holds no such key. */
export async function ensureKey(path: string): Promise<KeyObject> {
  const pem = await readIfThere(path);
  if (pem !== undefined) return readKey(path, pem);
  const { privateKey } = await crypto.subtle.generateKey(keyAlgorithm, true, ["sign", "verify"]);
  const key = KeyObject.from(privateKey);
  await writePrivately(path, key.export({ type: "pkcs8", format: "pem" }).toString());
  return key;
}

/** A request for a certificate (PKCS #10, RFC 2986), signed by its key. It names nobody: the center decides that. */
export async function requestCertificate(key: KeyObject): Promise<string> {
  const keys = pairOf(key);
  const request = await Pkcs10CertificateRequestGenerator.create({ name: "", keys, signingAlgorithm });
  return request.toString("pem");
}

/** A private key as WebCrypto has it, with its public one. */
export function pairOf(key: KeyObject): webcrypto.CryptoKeyPair {
  return {
    privateKey: key.toCryptoKey(keyAlgorithm, false, ["sign"]),
    publicKey: createPublicKey(key).toCryptoKey(keyAlgorithm, true, ["verify"]),
  };
}

function readKey(path: string, pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
  } catch (cause) {
    throw new FairwayError("invalid", `${path} must be a private key (PEM)`, { cause });
  }
  throw new FairwayError("invalid", `${path} must be a private key of the curve P-256`);
}
