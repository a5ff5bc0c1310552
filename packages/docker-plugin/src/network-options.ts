import * as z from "zod";
import { textMap } from "./decode.ts";
import { LABEL } from "./labels.ts";
import { decodeOption, type Options } from "./option.ts";

export interface NetworkFlags {
  /** False with `--ipv4=false`, which exists since 28; then IPv4Data is empty. */
  readonly ipv4: boolean;
  readonly ipv6: boolean;
  /** `--internal`: nothing beyond the network is to be reached, so Join answers no gateway. */
  readonly internal: boolean;
}

/** A boolean in JSON; a text where it came by way of a map of texts, as with swarm's AllocateNetwork. */
const truth = z
  .union(
    [z.boolean(), z.enum(["true", "false"]).transform((word) => word === "true")],
    "must be true or false",
  )
  .nullish();

/** What kind of network Docker makes, of the Options of CreateNetwork or GwAllocCheck. Throws `invalid_option`. */
export function parseNetworkFlags(options: Options): NetworkFlags {
  return {
    ipv4: decodeOption(truth, options, LABEL.enableIPv4) ?? true,
    ipv6: decodeOption(truth, options, LABEL.enableIPv6) ?? false,
    internal: decodeOption(truth, options, LABEL.internal) ?? false,
  };
}

/** All `-o` of a network, of the Options of CreateNetwork or GwAllocCheck. Throws `invalid_option`. */
export function parseGenericOptions(options: Options): Readonly<Record<string, string>> {
  return decodeOption(textMap, options, LABEL.generic);
}
