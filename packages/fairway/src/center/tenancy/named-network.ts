import { FairwayError } from "../../errors.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { levelAbove, levelSeparator, levelsOf } from "../../level-names.ts";
import { nearestName } from "../../runtime/nearest-name.ts";

const levels = [
  { noun: "organization", table: "Organization", command: "organization" },
  { noun: "domain", table: "Router", command: "domain" },
  { noun: "zone", table: "Zone", command: "zone" },
  { noun: "subnet", table: "Network", command: "network" },
] as const;

/** The network of a full name, which is of four levels. Throws `not_found` for the first level that is not there, with the nearest that is. */
export function networkOfLevels(view: View, fullName: string): IntentRow<"Network"> {
  const parts = levelsOf(fullName);
  for (const [at, { noun, table, command }] of levels.entries()) {
    const [own = "", within] = [parts[at], parts.slice(0, at).join(levelSeparator) || undefined];
    const name = within === undefined ? own : `${within}${levelSeparator}${own}`;
    if (view.find(table, "byName", name).length > 0) continue;
    const near = nearestName(own, namesWithin(view, table, within));
    const where = within === undefined ? "" : ` in ${within}`;
    const hint =
      near === undefined ? `\`fairway ${command} ls\` lists what there is` : `did you mean "${near}"?`;
    throw new FairwayError("not_found", `no ${noun} "${own}"${where}; ${hint}`);
  }
  const [network] = view.find("Network", "byName", fullName);
  if (network !== undefined && parts.length === levels.length) return network;
  throw new FairwayError("not_found", `no network "${fullName}"; names of levels have no ${levelSeparator}`);
}

/** The last parts of the names in a level. */
function namesWithin(
  view: View,
  table: (typeof levels)[number]["table"],
  within: string | undefined,
): readonly string[] {
  return Array.from(view.rows(table), ({ name }) => name)
    .filter((name) => levelAbove(name) === within)
    .map((name) => levelsOf(name).at(-1) ?? name);
}
