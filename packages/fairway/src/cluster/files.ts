import { mkdir, open, readFile, rename, utimes } from "node:fs/promises";
import { dirname } from "node:path";

/** Where a machine keeps what makes it a member of the cluster. */
export const stateDirectory = "/var/lib/fairway";

/** Writes a file that only its owner can read, as a whole or not at all, also when the power goes. */
export async function writePrivately(path: string, content: string): Promise<void> {
  await writeWhole(path, content, 0o600, 0o700);
}

/** As `writePrivately`, for what everybody may read. */
export async function writePublicly(path: string, content: string): Promise<void> {
  await writeWhole(path, content, 0o644, 0o755);
}

/** Undefined where there is no such file. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

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

async function writeWhole(path: string, content: string, mode: number, directoryMode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: directoryMode });
  const unfinished = `${path}.new`;
  const file = await open(unfinished, "w", mode);
  try {
    await file.chmod(mode);
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}
