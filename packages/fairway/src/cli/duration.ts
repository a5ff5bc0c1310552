import { InvalidArgumentError } from "commander";

const secondsIn: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };
const week = 7 * 86_400;

/** A time on the command line, e.g. `600`, `30m`, `1h` or `2d`, in seconds: at least one, at most a week. */
export function parseSeconds(text: string): number {
  const [, amount = "", unit = ""] = /^(\d{1,6})([smhd]?)$/.exec(text) ?? [];
  const seconds = Number(amount) * (secondsIn[unit] ?? 0);
  if (amount === "" || seconds < 1 || seconds > week)
    throw new InvalidArgumentError("It must be a time of at most a week, e.g. 600, 30m, 1h or 2d.");
  return seconds;
}

/** A time on the command line, in seconds: at least one, at most ten years. */
export function parseLifetime(text: string): number {
  const [, amount = "", unit = ""] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? [];
  const seconds = Number(amount) * (secondsIn[unit] ?? 0);
  if (amount === "" || seconds < 1 || seconds > 3_653 * 86_400)
    throw new InvalidArgumentError("It must be a time of at most ten years, e.g. 3600, 12h or 30d.");
  return seconds;
}
