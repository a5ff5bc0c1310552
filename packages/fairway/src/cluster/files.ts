import { utimes } from "node:fs/promises";
import { writePrivately } from "../host/files.ts";

/** Where a machine keeps what makes it a member of the cluster. */
export const stateDirectory = "/var/lib/fairway";

/**
 * Puts a new certificate beside its key. Open vSwitch's programs read both again when they see that *both* changed, and
 * look at the key first (`stream_ssl_set_key_and_cert`): so the key's time is moved after the certificate is there.
 */
export async function replaceCertificate(
  files: { readonly cert: string; readonly key: string },
  pem: string,
): Promise<void> {
  await writePrivately(files.cert, pem);
  const now = new Date();
  await utimes(files.key, now, now);
}
