import { unquoted } from "../option-word.ts";
import type { IntentRow } from "./view.ts";

/** The option of an endpoint that names the VLANs whose tagged frames it has beside its network's. */
export const trunkOption = "fairway.trunk";

/** Reads `10,20`; what is no number becomes NaN. */
export function readTrunk(text: string): readonly number[] {
  return text.split(",").map((each) => (/^\s*\d{1,4}\s*$/.test(each) ? Number(each) : Number.NaN));
}

/** Those of an endpoint, lowest first, each once; none where nobody said. */
export function trunkOf({ options }: Pick<IntentRow<"Endpoint">, "options">): readonly number[] {
  const text = options[trunkOption];
  if (text === undefined) return [];
  const vlans = readTrunk(unquoted(text)).filter((vlan) => vlan >= 1 && vlan <= 4_094);
  return [...new Set(vlans)].toSorted((one, other) => one - other);
}
