import { readFile } from "node:fs/promises";

/**
 * The process whose number stands in a file, where it lives and is the one that is meant: numbers are given again.
 * @param isMeant looks at the words of its command line.
 */
export async function livingProcess(
  file: string,
  isMeant: (words: readonly string[]) => boolean,
): Promise<number | undefined> {
  const pid = Number.parseInt(await readFile(file, "utf8").catch(() => ""), 10);
  // One that ended and that nobody has waited for yet has no command line any more.
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return isMeant(line.split("\0")) ? pid : undefined;
}
