import { messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { keysOf, valueAt } from "./keys.ts";
import type { LogLevel } from "./logger.ts";
import { type Config, configSchema } from "./schema.ts";

interface Adjustable extends Logger {
  level: LogLevel;
}

/**
 * Reads the configuration again at every SIGHUP. The level of the log takes effect at once; what else changed is named,
 * for it waits for a restart. A wrong configuration is told and changes nothing.
 */
export function reloadOnHangup(
  running: Config,
  readAgain: () => Promise<Config>,
  logger: Adjustable,
): Disposable {
  const reload = async (): Promise<void> => {
    try {
      const config = await readAgain();
      const changed = changedKeys(running, config).filter((key) => key !== "log.level");
      logger.level = config.log.level;
      logger.info({ logged: config.log.level }, "configuration read again");
      if (changed.length > 0) logger.warn({ keys: changed }, "these keys take effect after a restart");
    } catch (error) {
      for (const fault of messageOf(error).split("\n"))
        logger.error({ fault }, "the configuration is wrong; nothing changed");
    }
  };
  const onHangup = (): void => void reload();
  process.on("SIGHUP", onHangup);
  return { [Symbol.dispose]: () => void process.off("SIGHUP", onHangup) };
}

function changedKeys(one: Config, other: Config): readonly string[] {
  return keysOf(configSchema)
    .map(({ path }) => path)
    .filter((path) => JSON.stringify(valueAt(one, path)) !== JSON.stringify(valueAt(other, path)))
    .map((path) => path.join("."));
}
