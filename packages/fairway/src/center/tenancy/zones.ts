import type { Changeable } from "../../intent/joint-change.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { levelAbove } from "../../level-names.ts";
import { ownOf } from "../access/changed.ts";
import { referred, routerNamed, zoneNamed } from "../lookup.ts";
import type { LevelPatch, NewLevel, Zone } from "../schemas/tenancy.ts";
import { type LevelKind, Levels, levelColumns, patchedLevel, revisionOfLevel } from "./levels.ts";

type Row = IntentRow<"Zone">;

/** A zone as the API shows it. */
export function zoneView(view: View, row: Row): Zone {
  const { _uuid: uuid, name, labels, options, router } = row;
  return {
    uuid,
    name,
    domain: referred(view.get("Router", router)).name,
    labels: { ...labels },
    options: { ...options },
    networks: networksOf(view, uuid),
    revision: revisionOfLevel(row),
  };
}

const kind: LevelKind<Row, Zone, NewLevel, LevelPatch> = {
  noun: "zone",
  own: ownOf,
  rows: (view) => view.rows("Zone"),
  named: zoneNamed,
  find: (view, name) => view.find("Zone", "byName", name)[0],
  insert: (draft, own, uuid, { name, labels, options }) =>
    draft.insert("Zone", uuid, {
      name,
      router: routerNamed(own, levelAbove(name) ?? "")._uuid,
      labels,
      options,
    }),
  columns: levelColumns,
  patched: patchedLevel,
  update: (draft, uuid, columns) => draft.update("Zone", uuid, columns),
  delete: (draft, uuid) => draft.delete("Zone", uuid),
  show: zoneView,
  contents: (view, { _uuid }) => ({ noun: "network", names: networksOf(view, _uuid) }),
};

/** Zones: sets of networks of one domain. */
export class Zones extends Levels<Row, Zone, NewLevel, LevelPatch> {
  constructor(store: Changeable) {
    super(store, kind);
  }
}

function networksOf(view: View, zone: string): string[] {
  return view
    .find("Network", "byZone", zone)
    .map(({ name }) => name)
    .sort();
}
