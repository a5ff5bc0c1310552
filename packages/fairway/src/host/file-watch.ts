import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import type { Logger } from "../logger.ts";
import { guarded } from "../runtime/guarded.ts";

/**
 * Tells that one of some files has changed, came or went, also where it is replaced as a whole. Its folder is watched (inotify(7)): one that is
 * not there is not, so whoever needs to be sure looks from time to time as well.
 */
export class FileWatch implements Disposable {
  readonly #watchers: FSWatcher[] = [];

  constructor(paths: readonly string[], listener: () => void, logger: Logger) {
    const names = Map.groupBy(paths, dirname);
    for (const [folder, files] of names) {
      const wanted = new Set(files.map((file) => basename(file)));
      const look = guarded("follow a file", logger, (_event: string, name: string | null) => {
        if (name === null || wanted.has(name)) listener();
      });
      try {
        const watcher = watch(folder, { persistent: false }, look);
        watcher.on("error", () => watcher.close());
        this.#watchers.push(watcher);
      } catch (error) {
        logger.debug({ folder, error: String(error) }, "a folder is not watched");
      }
    }
  }

  [Symbol.dispose](): void {
    for (const watcher of this.#watchers) watcher.close();
  }
}
