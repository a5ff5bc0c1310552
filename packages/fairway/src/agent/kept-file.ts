import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { guarded } from "../runtime/guarded.ts";

const defaultDelayMs = 1_000;

export interface KeptFileParts<Content> {
  readonly path: string;
  /** What is read may be another version's, or damaged: undefined where it is of no use. */
  readonly accept: (json: unknown) => Content | undefined;
  readonly logger: Logger;
  /** How long changes are gathered; 1 s by default. */
  readonly delayMs?: number;
}

/** What outlives this process and this machine's power: JSON on disk, for root alone. Without it everything works, until a reboot. */
export class KeptFile<Content> implements AsyncDisposable {
  readonly #parts: KeptFileParts<Content>;
  readonly #onGathered: () => void;
  #wanted: (() => Content) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #failure: string | undefined;

  constructor(parts: KeptFileParts<Content>) {
    this.#parts = parts;
    this.#onGathered = guarded("write a kept file", parts.logger, () => {
      this.#timer = undefined;
      this.#writing = this.#writing.then(() => this.#write());
    });
  }

  /** @returns undefined where there is nothing, or nothing of use. */
  async read(): Promise<Content | undefined> {
    const { path, accept, logger } = this.#parts;
    try {
      const content = accept(JSON.parse(await readFile(path, "utf8")));
      if (content === undefined)
        logger.warn({ path }, "the file is another version's; it will be written anew");
      return content;
    } catch (error) {
      const isNew = error instanceof Error && "code" in error && error.code === "ENOENT";
      if (!isNew)
        logger.warn({ path, error: messageOf(error) }, "the file is of no use; it will be written anew");
      return undefined;
    }
  }

  /** Writes soon; what comes until then is written once. */
  keep(content: () => Content): void {
    this.#wanted = content;
    this.#timer ??= setTimeout(this.#onGathered, this.#parts.delayMs ?? defaultDelayMs);
  }

  /** Writes what waits. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  /** A crash half way leaves the old file; the new one's bytes are on the disk before its name is. */
  async #write(): Promise<void> {
    const { path, logger } = this.#parts;
    const wanted = this.#wanted;
    if (wanted === undefined) return;
    this.#wanted = undefined;
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const unfinished = `${path}.new`;
      {
        await using file = await open(unfinished, "w", 0o600);
        await file.writeFile(JSON.stringify(wanted()));
        await file.datasync();
      }
      await rename(unfinished, path);
      this.#failure = undefined;
    } catch (error) {
      const reason = messageOf(error);
      if (reason !== this.#failure)
        logger.warn({ path, error: reason }, "what this host must have is not kept on disk at the moment");
      this.#failure = reason;
    }
  }
}
