import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type CertificateFiles, openTransport, targetOf } from "../api/connection.ts";
import { FairwayError, messageOf } from "../errors.ts";
import { type Check, type Finding, fail, ok, warn } from "./finding.ts";
import { answerBoundMs } from "./probe.ts";
import type { Site } from "./site.ts";

/** A certificate that is lost is not mended, but given anew. */
export const rejoinMend =
  "`fairway leave --force` here and `fairway token create` on the center, then the line that it prints here";

/** It gets a new one by itself, over the API, while the center is in reach. */
const renewMend = "systemctl restart fairway";

/** TLS refuses certificates of the future; logs of two hosts cannot be compared any more. */
const largestSkewMs = 30_000;
const noticedSkewMs = 2_000;

const certificates: Check = {
  name: "certificates",
  about:
    "Whether the certificates of this host and its authorities fit each other, and until when they are valid",
  applies: (site) => certificatesOf(site).length > 0,
  look: async (site) => {
    const findings = await Promise.all(certificatesOf(site).map((files) => judge(files, Date.now())));
    const trouble = (["fail", "warn"] as const)
      .map((state) => findings.find((each) => each.state === state))
      .find((each) => each !== undefined);
    return trouble ?? ok(findings.map(({ seen }) => seen).join("; "));
  },
};

const clock: Check = {
  name: "clock",
  about: "How far this machine's clock is from the center's",
  applies: (site) => site.isRemote,
  look: async (site, signal) => {
    await site.status.need();
    await using transport = openTransport(targetOf(site.config.api));
    const bound = AbortSignal.any([signal, AbortSignal.timeout(answerBoundMs)]);
    const answer = await transport.send({
      method: "GET",
      path: "/v1/status",
      headers: {},
      body: undefined,
      signal: bound,
    });
    await answer.text();
    // The header tells whole seconds: half a second is the best guess.
    const skewMs = Math.abs(Date.now() - (Date.parse(String(answer.header("date"))) + 500));
    const seen = `${(skewMs / 1000).toFixed(1)} s from the center's`;
    if (skewMs > largestSkewMs) return fail(seen, "timedatectl set-ntp true");
    return skewMs > noticedSkewMs ? warn(seen, "timedatectl set-ntp true") : ok("as the center's");
  },
};

export const certificateChecks: readonly Check[] = [certificates, clock];

function certificatesOf({ config: { api, center } }: Site): readonly CertificateFiles[] {
  const { ca, cert, key } = api;
  const own = ca !== undefined && cert !== undefined && key !== undefined ? [{ ca, cert, key }] : [];
  return [...own, ...center.listen];
}

/** One certificate with its key and the authority that must have given it. */
export async function judge(files: CertificateFiles, nowMs: number): Promise<Finding> {
  const { cert: path } = files;
  try {
    const [cert, ...chain] = await readPem(path, certificatesIn);
    const ca = await readPem(files.ca, (pem) => new X509Certificate(pem));
    const key = await readPem(files.key, createPrivateKey);
    if (!cert.checkPrivateKey(key)) return fail(`${files.key} is not the key of ${path}`, rejoinMend);
    // A host's is given by another authority than a center's: that one stands behind it in the file.
    if (![ca, ...chain].some(({ publicKey }) => cert.verify(publicKey)))
      return fail(`${path} was not given by the authority ${files.ca}`, rejoinMend);
    const [from, to] = [Date.parse(cert.validFrom), Date.parse(cert.validTo)];
    const until = new Date(to).toISOString().slice(0, 16).replace("T", " ");
    if (nowMs < from)
      return fail(`${path} is valid only from ${cert.validFrom} on`, "timedatectl set-ntp true");
    if (nowMs > to) return fail(`${path} was valid until ${until} UTC`, renewMend);
    if (to - nowMs < (to - from) / 4)
      return warn(`${path} is valid until ${until} UTC and was not renewed`, renewMend);
    return ok(`valid until ${until} UTC`);
  } catch (error) {
    return fail(messageOf(error), rejoinMend);
  }
}

/** The certificate itself, then those of its authorities. Throws where there is none. */
function certificatesIn(pem: Buffer): [X509Certificate, ...X509Certificate[]] {
  const rest = pem
    .toString()
    .split(/(?<=-----END CERTIFICATE-----)/)
    .slice(1);
  const chain = rest.filter((part) => part.includes("-----BEGIN CERTIFICATE-----"));
  return [new X509Certificate(pem), ...chain.map((part) => new X509Certificate(part))];
}

async function readPem<Content>(path: string, parse: (pem: Buffer) => Content): Promise<Content> {
  const pem = await readFile(path);
  try {
    return parse(pem);
  } catch (cause) {
    throw new FairwayError("invalid", `${path} must be a PEM file: ${messageOf(cause)}`, { cause });
  }
}
