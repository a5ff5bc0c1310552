import { unquoted } from "../option-word.ts";
import type { IntentRow } from "./view.ts";

/** The option of an endpoint that says how much it may send, and how much it may receive. */
export const rateOption = "fairway.rate";

/** The least and the most that an endpoint may be given, kbit/s. */
export const rateBounds = { least: 64, most: 100_000_000 } as const;

/** What a unit is, kbit/s: those of tc(8) are decimal. */
const units: Readonly<Record<string, number>> = { kbit: 1, mbit: 1_000, gbit: 1_000_000 };

/** Reads `10mbit` or `1.5gbit`, as tc(8) writes rates. @returns kbit/s; what is no rate becomes NaN. */
export function readRate(text: string): number {
  const [, number = "", unit = ""] = /^(\d{1,12}(?:\.\d{1,6})?)\s*([kmg]bit)$/i.exec(text.trim()) ?? [];
  return Math.round(Number(number) * (units[unit.toLowerCase()] ?? Number.NaN));
}

/** That of an endpoint, kbit/s; undefined where nobody said. */
export function rateOf({ options }: Pick<IntentRow<"Endpoint">, "options">): number | undefined {
  const text = options[rateOption];
  if (text === undefined) return undefined;
  const rate = readRate(unquoted(text));
  return rate >= rateBounds.least && rate <= rateBounds.most ? rate : undefined;
}
