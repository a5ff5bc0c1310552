import { open } from "node:fs/promises";
import type { Host } from "../../lab/host/host.ts";

/** Reads the logs of Fairway as they grow. */
export class LogReader {
  readonly #offsets = new Map<string, number>();
  readonly #found = new Map<string, string[]>();

  /** All lines so far that match. */
  async matching(host: Host, pattern: RegExp): Promise<readonly string[]> {
    const found = this.#found.get(host.name) ?? [];
    found.push(...(await this.#newLines(host)).filter((line) => pattern.test(line)));
    this.#found.set(host.name, found);
    return found;
  }

  async #newLines(host: Host): Promise<readonly string[]> {
    await using file = await open(`${host.rootPath}/var/log/fairway.log`);
    const { size } = await file.stat();
    const from = this.#offsets.get(host.name) ?? 0;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const bytes = buffer.subarray(0, bytesRead);
    const whole = bytes.subarray(0, bytes.lastIndexOf(10) + 1);
    this.#offsets.set(host.name, from + whole.length);
    return whole.toString("utf8").split("\n").filter(Boolean);
  }
}
