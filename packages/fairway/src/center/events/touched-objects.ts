import type { Change } from "@fairway/ovsdb";
import { changedColumns, columnsOf } from "../../columns.ts";
import type { Tables } from "../../intent/generated/fairway.ts";
import { keyOf, type TableName } from "../../intent/indexes.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { organizationsOf } from "../access/whose.ts";
import type { ChangeEvent } from "../schemas/event.ts";
import { type Noun, nouns } from "../schemas/nouns.ts";

/** An object that a transaction created, changed or removed. */
type Touched = Pick<ChangeEvent, "type" | "noun" | "uuid" | "name">;

/** One with the UUIDs of the organizations to which it is shown, or was. */
export interface Owned {
  readonly touched: Touched;
  readonly organizations: readonly string[];
}

type Row = Tables[keyof Tables];

/** The table of each noun, and how an object of it is called. */
const own = {
  host: { table: "Host", name: (row: IntentRow<"Host">) => row.name },
  "physical-network": { table: "Physical_Network", name: (row: IntentRow<"Physical_Network">) => row.name },
  organization: { table: "Organization", name: (row: IntentRow<"Organization">) => row.name },
  router: { table: "Router", name: (row: IntentRow<"Router">) => row.name },
  zone: { table: "Zone", name: (row: IntentRow<"Zone">) => row.name },
  network: { table: "Network", name: (row: IntentRow<"Network">) => row.name },
  subnet: { table: "Subnet", name: (row: IntentRow<"Subnet">) => row.cidr },
  vip: { table: "Vip", name: (row: IntentRow<"Vip">) => row.ip },
  "security-group": { table: "Security_Group", name: (row: IntentRow<"Security_Group">) => row.name },
  policy: { table: "Policy", name: (row: IntentRow<"Policy">) => row.name },
  endpoint: { table: "Endpoint", name: (row: IntentRow<"Endpoint">) => row.mac },
  address: { table: "Address", name: (row: IntentRow<"Address">) => row.ip },
  principal: { table: "Principal", name: (row: IntentRow<"Principal">) => row.name },
  token: { table: "Token", name: (row: IntentRow<"Token">) => row._uuid },
} as const;

interface Within {
  readonly table: string;
  readonly noun: Noun;
  readonly column: string | ((view: View, row: Row) => readonly string[]);
  /** Whether what changes in the row is shown in the object, too, and not merely that it is there; true by default. */
  readonly isForChanges?: false;
}

/** A container is on each of its networks. */
const endpointsOfContainer = (view: View, row: Row): readonly string[] => {
  const { host, container_id: container } = row as IntentRow<"Container_Port">;
  const handles =
    container === null ? [] : view.find("Docker_Endpoint", "byContainer", keyOf(host, container));
  return handles.map(({ endpoint }) => endpoint);
};

/** Rows that stand within another object, as the API shows it: the column that says within which, or what finds it. */
const within: readonly Within[] = [
  { table: "Physical_Port", noun: "physical-network", column: "physical_network" },
  // Of a network its name and its VLAN or VNI alone, which stay.
  { table: "Network", noun: "physical-network", column: "physical_network", isForChanges: false },
  // Of what is in a level its name alone, which stays.
  { table: "Router", noun: "organization", column: "organization", isForChanges: false },
  { table: "Zone", noun: "router", column: "router", isForChanges: false },
  { table: "Network", noun: "zone", column: "zone", isForChanges: false },
  { table: "Network", noun: "organization", column: "shared_with", isForChanges: false },
  { table: "Router_Interface", noun: "router", column: "router" },
  { table: "Router_Interface", noun: "network", column: "network" },
  { table: "Router_Gateway", noun: "router", column: "router" },
  { table: "Subnet", noun: "network", column: "network" },
  { table: "Docker_Network", noun: "network", column: "network" },
  { table: "Address", noun: "endpoint", column: "endpoint" },
  { table: "Docker_Endpoint", noun: "endpoint", column: "endpoint" },
  { table: "Container_Port", noun: "endpoint", column: endpointsOfContainer },
];

/**
 * The objects whose own rows, or rows that are shown within them, a transaction has touched; each once. That a number in an object has
 * changed, as of a network's endpoints, does not touch it.
 * @param view as it is after the transaction.
 */
export function touchedObjects(view: View, changes: readonly Change<Tables>[]): readonly Owned[] {
  const before = withRemoved(view, changes);
  return touchedBy(view, changes).map((touched) => {
    const { table } = own[touched.noun];
    const rows = [before.get(table, touched.uuid), before.old(table, touched.uuid)];
    const organizations = rows.flatMap((row) =>
      row === undefined ? [] : organizationsOf(before, table, row),
    );
    return { touched, organizations };
  });
}

function touchedBy(view: View, changes: readonly Change<Tables>[]): readonly Touched[] {
  const touched = new Map<string, Touched>();
  for (const change of changes) {
    const noun = nouns.find((each) => own[each].table === change.table);
    const row: Row | undefined = change.new ?? change.old;
    if (noun === undefined || row === undefined || isUnseen(change)) continue;
    const type = change.old === undefined ? "created" : change.new === undefined ? "removed" : "changed";
    touched.set(`${noun} ${change.uuid}`, { type, noun, uuid: change.uuid, name: nameOf(noun, row) });
  }
  for (const change of changes) {
    const holders = within.filter(({ table }) => table === change.table);
    for (const { noun, column, isForChanges = true } of holders) {
      const [old, now] = [outerOf(view, change.old, column), outerOf(view, change.new, column)];
      for (const uuid of isForChanges ? old.union(now) : old.symmetricDifference(now)) {
        const outer = view.get(own[noun].table, uuid);
        if (outer === undefined || touched.has(`${noun} ${outer._uuid}`)) continue;
        const name = nameOf(noun, outer);
        touched.set(`${noun} ${outer._uuid}`, { type: "changed", noun, uuid: outer._uuid, name });
      }
    }
  }
  return [...touched.values()].sort((one, other) => nouns.indexOf(one.noun) - nouns.indexOf(other.noun));
}

/** Whether only what names stood for has changed, which no object shows. */
function isUnseen({ old, new: now }: Change<Tables>): boolean {
  if (old === undefined || now === undefined || !("resolved" in now)) return false;
  const changed = Object.keys(changedColumns(old, columnsOf(now)));
  return changed.every((column) => column === "resolved" || column === "expired");
}

/** Within which objects a row stands, by their UUIDs. */
function outerOf(view: View, row: Row | undefined, column: Within["column"]): ReadonlySet<string> {
  if (row === undefined) return new Set();
  const outer: unknown = typeof column === "string" ? Reflect.get(row, column) : column(view, row);
  return new Set([outer].flat().filter((uuid) => typeof uuid === "string"));
}

/** A view in which what a transaction removed is still found by its UUID, and what it touched as it was, too. */
interface BeforeView extends View {
  old<T extends TableName>(table: T, uuid: string): IntentRow<T> | undefined;
}

function withRemoved(view: View, changes: readonly Change<Tables>[]): BeforeView {
  const touched = new Map(changes.map(({ table, uuid, old }) => [`${table} ${uuid}`, old]));
  const old = <T extends TableName>(table: T, uuid: string) =>
    touched.get(`${table} ${uuid}`) as IntentRow<T> | undefined;
  return {
    old,
    get: (table, uuid) => view.get(table, uuid) ?? old(table, uuid),
    rows: (table) => view.rows(table),
    find: (table, index, key) => view.find(table, index, key),
    count: (table, index, key) => view.count(table, index, key),
  };
}

function nameOf(noun: Noun, row: Row): string {
  return (own[noun].name as (row: Row) => string)(row);
}
