import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ApiClient } from "../api/client.ts";
import { writePrivately } from "../host/files.ts";
import type { Logger } from "../logger.ts";
import { Loop } from "../runtime/loop.ts";
import { isHalfOver } from "./center-certificate.ts";
import { replaceCertificate } from "./files.ts";
import type { SslFiles } from "./open-vswitch.ts";

/** Clocks jump and machines sleep: the time is looked at, not waited for. */
const everyMs = 30_000;

/** Keeps a certificate new: looks at once and every half minute whether it is time, until it is disposed of. */
export class Renewal implements AsyncDisposable {
  readonly #loop: Loop;

  /** @param renewIfDue whether it had to; what it throws is logged, and it is called again. */
  constructor(renewIfDue: () => Promise<boolean>, logger: Logger) {
    this.#loop = new Loop({
      name: "renew the certificate",
      work: async () => {
        if (await renewIfDue()) logger.info({}, "the certificate was renewed");
      },
      periodMs: everyMs,
      backoff: { firstMs: everyMs, longestMs: everyMs },
      logger,
    });
    this.#loop.soon();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop[Symbol.asyncDispose]();
  }
}

export interface HostRenewalParts {
  readonly api: Pick<ApiClient, "renewCertificate">;
  readonly hostName: string;
  readonly files: SslFiles;
}

/**
 * Gets a host another certificate where half of its own's life is over; its key stays. Open connections go on with what
 * they began with. @returns whether it was time
 */
export async function renewHostCertificate({ api, hostName, files }: HostRenewalParts): Promise<boolean> {
  const current = new X509Certificate(await readFile(files.cert));
  if (!isHalfOver(current, Date.now())) return false;
  const { ensureKey, requestCertificate } = await import("./key-pair.ts");
  const request = await requestCertificate(await ensureKey(files.key));
  const { certificate, authority } = await api.renewCertificate({ host: hostName }, { request });
  await writePrivately(files.ca, authority);
  await replaceCertificate(files, certificate);
  return true;
}
