import { FairwayError } from "../../errors.ts";
import { nearestName } from "../../runtime/nearest-name.ts";
import { knownOptions, readOptions } from "../option-text.ts";
import { handleSpec } from "./handle-spec.ts";
import { levelOptionSpec, namedNetwork, namesLevels } from "./level-options.ts";

/** Options of `--ipam-opt` that mean something. Another that is one slip away from them is a mistake; the rest is metadata. */
export const poolOptions = [handleSpec.omit({ organization: true }), levelOptionSpec].flatMap(knownOptions);

export interface PoolOptions {
  /** An existing network whose pool is meant. */
  readonly network: string | undefined;
  /** The name of the organization for which that is to be. */
  readonly organization: string | undefined;
  /** The full name of a network in a zone, whose subnet is meant. */
  readonly inZone: string | undefined;
}

/** Reads `docker network create --ipam-opt`. Throws `invalid` naming the option and what would be right. */
export function readPoolOptions(options: Readonly<Record<string, string>>): PoolOptions {
  const { network, organization, mirror } = readOptions(handleSpec, options);
  for (const name of Object.keys(options)) checkName(name);
  // What a mirror's network has was taken when it was made.
  if (mirror !== undefined) return { network: mirror, organization: undefined, inZone: undefined };
  if (network !== undefined && !namesLevels(options)) return { network, organization, inZone: undefined };
  const inZone = namedNetwork(options);
  if (network !== undefined)
    throw new FairwayError(
      "invalid",
      `IPAM option network=${network} and the levels ${inZone} name two networks; give one of them`,
    );
  return { network, organization: undefined, inZone };
}

function checkName(name: string): void {
  const names = poolOptions.map((option) => option.name);
  if (name.startsWith("x-") || names.includes(name)) return;
  const meant = nearestName(name, names);
  if (meant === undefined) return;
  throw new FairwayError(
    "invalid",
    `unknown IPAM option ${name}; did you mean ${meant}? (x-${name} is never taken for a mistake)`,
  );
}
