import { type DestinationStream, destination, type Logger as PinoLogger, pino } from "pino";
import type { Logger } from "../logger.ts";
import { isJournal } from "./journal.ts";
import { textLine } from "./text-line.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

const rank: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Fields that never reach a log, at the top of a line or one below. */
const secrets = ["authorization", "password", "privateKey", "secret", "token"];

/** The program's logger. Its children share its level, also when that changes later, which pino's do not. */
export class LevelledLogger implements Logger {
  readonly #pino: PinoLogger;
  readonly #limit: { level: LogLevel };

  private constructor(pino: PinoLogger, limit: { level: LogLevel }) {
    this.#pino = pino;
    this.#limit = limit;
  }

  /**
   * @param options.forJournal whether lines of text say their priority to the journal; by default where standard error is the journal's
   * @param sink takes whole lines; standard error by default, without delay, so that a crash loses none
   */
  static create(
    options: {
      readonly level: LogLevel;
      readonly format: "json" | "text";
      readonly forJournal?: boolean;
    },
    sink: DestinationStream = destination({ dest: 2, sync: true }),
  ): LevelledLogger {
    const { format, forJournal = isJournal(process.env) } = options;
    const lines =
      format === "json" ? sink : { write: (line: string) => sink.write(textLine(line, forJournal)) };
    const logger = pino(
      {
        level: "debug",
        base: null,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (level) => ({ level }) },
        redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
      },
      lines,
    );
    return new LevelledLogger(logger, { level: options.level });
  }

  get level(): LogLevel {
    return this.#limit.level;
  }

  /** Takes effect at once, here and in every child. */
  set level(level: LogLevel) {
    this.#limit.level = level;
  }

  debug(fields: object, message: string): void {
    if (this.#passes("debug")) this.#pino.debug(fields, message);
  }

  info(fields: object, message: string): void {
    if (this.#passes("info")) this.#pino.info(fields, message);
  }

  warn(fields: object, message: string): void {
    if (this.#passes("warn")) this.#pino.warn(fields, message);
  }

  error(fields: object, message: string): void {
    if (this.#passes("error")) this.#pino.error(fields, message);
  }

  child(fields: Record<string, unknown>): LevelledLogger {
    return new LevelledLogger(this.#pino.child(fields), this.#limit);
  }

  #passes(level: LogLevel): boolean {
    return rank[level] >= rank[this.#limit.level];
  }
}
