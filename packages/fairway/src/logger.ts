/** What Fairway needs of a logger; pino's fits. Fields come first, then the sentence. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: Record<string, unknown>): Logger;
}

const nothing = (): void => undefined;

/** For a command: what it has to say it says itself. */
export const silent: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silent,
};

/** A logger of plain sentences, as the OVSDB client wants one, that says of which database it speaks. */
export function sentences(
  logger: Logger,
  database: string,
): Record<"debug" | "info" | "warn", (message: string) => void> {
  return {
    debug: (message) => logger.debug({ database }, message),
    info: (message) => logger.info({ database }, message),
    warn: (message) => logger.warn({ database }, message),
  };
}
