import { readFile } from "node:fs/promises";
import { messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { Loop } from "../runtime/loop.ts";
import { writePrivately } from "./files.ts";

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
  readonly #loop: Loop;
  #wanted: (() => Content) | undefined;

  constructor(parts: KeptFileParts<Content>) {
    const { path, logger } = parts;
    this.#parts = parts;
    this.#loop = new Loop({ name: `write ${path}`, work: () => this.#write(), logger });
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

  /** Writes soon; what comes until then is written once. What cannot be written is tried again. */
  keep(content: () => Content): void {
    this.#wanted = content;
    this.#loop.after(this.#parts.delayMs ?? defaultDelayMs);
  }

  /** Writes what waits. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { path, logger } = this.#parts;
    await this.#loop[Symbol.asyncDispose]();
    await this.#write().catch((error: unknown) =>
      logger.warn({ path, error: messageOf(error) }, "what came last is not on disk"),
    );
  }

  async #write(): Promise<void> {
    const wanted = this.#wanted;
    if (wanted === undefined) return;
    await writePrivately(this.#parts.path, JSON.stringify(wanted()));
    if (this.#wanted === wanted) this.#wanted = undefined;
  }
}
