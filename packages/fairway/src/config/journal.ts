import { fstatSync } from "node:fs";

/** What the journal calls the levels (sd-daemon(3), syslog(3)). */
const priorities: Readonly<Record<string, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

/**
 * Whether this process's standard error is a stream of the journal's: `JOURNAL_STREAM` has its device and inode then (systemd.exec(5)). A
 * child whose output goes elsewhere inherits the variable.
 */
export function isJournal(environment: Readonly<Record<string, string | undefined>>): boolean {
  const { dev, ino } = fstatSync(2);
  return environment["JOURNAL_STREAM"] === `${dev}:${ino}`;
}

/** Lines of text, each with the prefix by which the journal knows its priority (sd-daemon(3)). */
export function withPriority(level: unknown, lines: string): string {
  return lines.replaceAll(/^(?=.)/gm, `<${priorities[String(level)] ?? priorities["info"]}>`);
}
