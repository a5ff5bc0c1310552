import type { Reference, Unit } from "./desired.ts";
import { unitKinds } from "./units.ts";

/** As it stands in Northbound. */
type ExternalIds = Readonly<Record<string, string>>;

/** The unit of a row of Northbound, as this version names it; undefined of a row that is not ours. */
export function unitOf(external_ids: ExternalIds): Unit | undefined {
  const mark = external_ids["fairway"] as Unit | undefined;
  const former = unitKinds.find(({ formerly }) => formerly !== undefined && mark?.startsWith(`${formerly}/`));
  return former === undefined ? mark : `${former.name}/${mark?.slice(mark.indexOf("/") + 1) ?? ""}`;
}

/** The rows from which a row of ours is referred to, by its own word. */
export function referrersOf(external_ids: ExternalIds): readonly string[] {
  return external_ids["fairway-parent"]?.split(" ") ?? [];
}

/** The marks of a row of ours. */
export function marksOf(unit: Unit, references: readonly Reference[]): Record<string, string> {
  const referrers = references.map(({ uuid }) => uuid).sort();
  return { fairway: unit, ...(referrers.length > 0 && { "fairway-parent": referrers.join(" ") }) };
}
