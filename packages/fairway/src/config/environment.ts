import { parse } from "yaml";
import { FairwayError, messageOf } from "../errors.ts";
import { nearestName } from "../runtime/nearest-name.ts";
import { type Key, variableOf } from "./keys.ts";

/** A key that the environment sets. */
export interface Override {
  readonly variable: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * What `FAIRWAY_…` variables set. A value is YAML where the key takes no plain string. Throws `invalid` for a variable
 * that is nearly one of ours; others that begin so may belong to somebody else.
 */
export function readOverrides(
  keys: readonly Key[],
  environment: Readonly<Record<string, string | undefined>>,
): readonly Override[] {
  const byVariable = new Map(keys.map((key) => [variableOf(key.path), key]));
  const overrides: Override[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith("FAIRWAY_") || text === undefined) continue;
    const key = byVariable.get(variable);
    if (key !== undefined) {
      overrides.push({ variable, path: key.path, value: valueOf(key, variable, text) });
      continue;
    }
    const nearest = nearestName(variable, [...byVariable.keys()]);
    if (nearest !== undefined) {
      throw new FairwayError(
        "invalid",
        `environment: unknown variable ${variable}; did you mean ${nearest}?`,
      );
    }
  }
  return overrides;
}

function valueOf({ schema }: Key, variable: string, text: string): unknown {
  if (schema.safeParse(text).success) return text;
  try {
    return parse(text);
  } catch (cause) {
    throw new FairwayError("invalid", `environment: ${variable} is not YAML: ${messageOf(cause)}`, { cause });
  }
}
