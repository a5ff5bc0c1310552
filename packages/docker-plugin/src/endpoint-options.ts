import * as z from "zod";
import { LABEL } from "./labels.ts";
import { decodeOption, type Options } from "./option.ts";

const colons = /^[0-9a-f]{2}([:-])[0-9a-f]{2}(\1[0-9a-f]{2}){4}$/i;

/** Six bytes in base64: eight characters without padding. Go writes `net.HardwareAddr`, a list of bytes, so. */
const base64 = /^[A-Za-z0-9+/]{8}$/;

const macAddress = z
  .string()
  .refine((value) => value === "" || colons.test(value) || base64.test(value), "must be a MAC address")
  .nullish()
  .transform((value) => (value ? normalizeMac(value) : undefined));

function normalizeMac(value: string): string {
  if (colons.test(value)) return value.replaceAll("-", ":").toLowerCase();
  return [...Buffer.from(value, "base64")].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/**
 * The MAC address that the user asked for, in lower case with colons, of the Options of CreateEndpoint (base64 from `--mac-address`,
 * where Interface.MacAddress holds it too; with colons from `--driver-opt`, where it does not) or of RequestAddress.
 * Undefined: none asked for. Throws `invalid_option`.
 */
export function parseMacAddress(options: Options): string | undefined {
  return decodeOption(macAddress, options, LABEL.macAddress);
}

/** Those of CreateEndpoint that Docker itself puts there. */
const notDriverOptions: ReadonlySet<string> = new Set([
  LABEL.portMap,
  LABEL.exposedPorts,
  LABEL.macAddress,
  LABEL.generic,
]);

/**
 * The endpoint's `--driver-opt`s, of the Options of CreateEndpoint, where they lie flat among Docker's own.
 * `--network name=…,driver-opt=…` lower-cases their names and values, `network connect --driver-opt` does not.
 */
export function endpointDriverOptions(options: Options): Readonly<Record<string, string>> {
  const own = Object.entries(options).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string" && !notDriverOptions.has(entry[0]),
  );
  return Object.fromEntries(own);
}
