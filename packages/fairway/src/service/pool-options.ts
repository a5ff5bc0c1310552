import { FairwayError } from "../errors.ts";
import { mirrorValue, readMirror } from "./network-options.ts";
import { invalidOption, type KnownOption, unquoted } from "./option-value.ts";
import { nearest } from "./spelling.ts";

const networkValue = "the name, UUID or engine's id of a network that exists";

/** Options of `--ipam-opt` that mean something. Another that is one slip away from them is a mistake; the rest is metadata. */
export const poolOptions: readonly KnownOption[] = [
  { name: "network", value: networkValue },
  { name: "mirror", value: mirrorValue },
];

export interface PoolOptions {
  /** An existing network whose pool is meant. */
  readonly network: string | undefined;
}

/** Reads `docker network create --ipam-opt`. Throws `invalid` naming the option and what would be right. */
export function readPoolOptions(options: Readonly<Record<string, string>>): PoolOptions {
  for (const name of Object.keys(options)) checkName(name);
  const text = options["network"];
  const network = text === undefined ? undefined : unquoted(text);
  if (network === "") throw invalidOption("network", text ?? "", networkValue);
  return { network: readMirror(options) ?? network };
}

function checkName(name: string): void {
  const names = poolOptions.map((option) => option.name);
  if (name.startsWith("x-") || names.includes(name)) return;
  const meant = nearest(name, names);
  if (meant === undefined) return;
  throw new FairwayError(
    "invalid",
    `unknown IPAM option ${name}; did you mean ${meant}? (x-${name} is never taken for a mistake)`,
  );
}
