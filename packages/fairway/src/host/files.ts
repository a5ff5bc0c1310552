import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";

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

/** The new file's bytes are on the disk before it has the name: a crash half way leaves the old one. */
async function writeWhole(path: string, content: string, mode: number, directoryMode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: directoryMode });
  const unfinished = `${path}.new`;
  {
    await using file = await open(unfinished, "w", mode);
    await file.chmod(mode);
    await file.writeFile(content);
    await file.sync();
  }
  await rename(unfinished, path);
}
