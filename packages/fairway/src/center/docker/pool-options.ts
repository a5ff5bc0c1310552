import { FairwayError } from "../../errors.ts";
import { nearestName } from "../../runtime/nearest-name.ts";
import { knownOptions, readOptions } from "../option-text.ts";
import { handleSpec } from "./handle-spec.ts";

/** Options of `--ipam-opt` that mean something. Another that is one slip away from them is a mistake; the rest is metadata. */
export const poolOptions = knownOptions(handleSpec);

/** Nuage's words for a subnet that was made beforehand: refused rather than ignored, until there is one. */
const notYet = ["organization", "domain", "zone", "subnet", "user"] as const;

export interface PoolOptions {
  /** An existing network whose pool is meant. */
  readonly network: string | undefined;
}

/** Reads `docker network create --ipam-opt`. Throws `invalid` or `unsupported` naming the option and what would be right. */
export function readPoolOptions(options: Readonly<Record<string, string>>): PoolOptions {
  const { network, mirror } = readOptions(handleSpec, options);
  const isHandle = network !== undefined || mirror !== undefined;
  for (const name of Object.keys(options)) checkName(name, isHandle);
  return { network: mirror ?? network };
}

function checkName(name: string, isHandle: boolean): void {
  const names = poolOptions.map((option) => option.name);
  if (name.startsWith("x-") || names.includes(name)) return;
  if (notYet.some((each) => each === name)) {
    // What a mirror's network has was taken when it was made.
    if (isHandle) return;
    throw new FairwayError(
      "unsupported",
      `IPAM option ${name} is not supported by this version: it has no organizations, domains and zones, whose subnets Nuage's ` +
        "--ipam-opt names; give --subnet, or --ipam-opt network=NAME and --opt network=NAME for a network that exists",
    );
  }
  const meant = nearestName(name, names);
  if (meant === undefined) return;
  throw new FairwayError(
    "invalid",
    `unknown IPAM option ${name}; did you mean ${meant}? (x-${name} is never taken for a mistake)`,
  );
}
