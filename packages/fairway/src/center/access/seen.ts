import { FairwayError } from "../../errors.ts";
import type { IndexName, TableName } from "../../intent/indexes.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { levelsOf } from "../../level-names.ts";
import type { Caller } from "../context.ts";
import { isOfOrganization, mayReadAll } from "./access.ts";

/** Of which organization a row is: its UUID; undefined: nobody's. */
type Owner<T extends TableName> = (view: View, row: IntentRow<T>) => string | null | undefined;

const everybodys = Symbol("everybody's");

const ofRouter: Owner<"Router"> = (_, { organization }) => organization;
const ofZone: Owner<"Zone"> = (view, { router }) => owner(view, "Router", router, ofRouter);
const ofNetwork: Owner<"Network"> = (view, { zone }) => owner(view, "Zone", zone, ofZone);
const ofSubnet: Owner<"Subnet"> = (view, { network }) => owner(view, "Network", network, ofNetwork);
const ofEndpoint: Owner<"Endpoint"> = (view, { network }) => owner(view, "Network", network, ofNetwork);
const ofHandle: Owner<"Docker_Network"> = (view, { network }) => owner(view, "Network", network, ofNetwork);

/** Whose the rows of each table are; what is said of no organization is the cluster's. */
const owners: { readonly [T in TableName]: Owner<T> | typeof everybodys } = {
  Central: everybodys,
  // Shown by whatever of an organization refers to them; see `SeenView`.
  Host: everybodys,
  Physical_Network: everybodys,
  Physical_Port: everybodys,
  Token: () => null,
  Principal: () => null,
  Organization: (_, { _uuid }) => _uuid,
  Router: ofRouter,
  Zone: ofZone,
  Network: ofNetwork,
  Subnet: ofSubnet,
  Endpoint: ofEndpoint,
  Address: (view, { subnet }) => owner(view, "Subnet", subnet, ofSubnet),
  // Its network may be gone, and then its name says it.
  Address_Use: (view, { network_name }) => {
    const [organization = "", ...below] = levelsOf(network_name);
    return below.length === 0 ? undefined : view.find("Organization", "byName", organization)[0]?._uuid;
  },
  Router_Interface: (view, { router }) => owner(view, "Router", router, ofRouter),
  Router_Gateway: (view, { router }) => owner(view, "Router", router, ofRouter),
  Security_Group: (_, { organization }) => organization,
  Host_Access: (view, { network }) => owner(view, "Network", network, ofNetwork),
  Docker_Pool: (view, { subnet }) => owner(view, "Subnet", subnet, ofSubnet),
  Docker_Network: ofHandle,
  Docker_Endpoint: (view, { endpoint }) => owner(view, "Endpoint", endpoint, ofEndpoint),
};

function owner<T extends TableName>(
  view: View,
  table: T,
  uuid: string | null,
  ownerOf: Owner<T>,
): string | null | undefined {
  const row = uuid === null ? undefined : view.get(table, uuid);
  return row && ownerOf(view, row);
}

/** Of which organization an object is: its UUID; nothing where it is nobody's. */
export function organizationOf<T extends TableName>(
  view: View,
  table: T,
  row: IntentRow<T>,
): string | null | undefined {
  const ownerOf: Owner<T> | typeof everybodys = owners[table];
  return ownerOf === everybodys ? undefined : ownerOf(view, row);
}

/**
 * What of a view a caller may read: all, or of one organization what belongs to it, as if there were nothing else. Throws `forbidden`, and `not_found` where
 * the caller's organization is not there.
 */
export function seenBy(caller: Caller, view: View): View {
  const own = organizationOfCaller(caller, view);
  if (own !== undefined) return new SeenView(view, own);
  mayReadAll(caller);
  return view;
}

/** Of which organization a caller is: its UUID; undefined: of all. Throws `not_found` where it is not there. */
export function organizationOfCaller(caller: Caller, view: View): string | undefined {
  if (!isOfOrganization(caller)) return undefined;
  const [organization] = view.find("Organization", "byName", caller.organization);
  if (organization !== undefined) return organization._uuid;
  throw new FairwayError(
    "not_found",
    `principal ${caller.name} is of organization ${caller.organization}, which is not there; make it by \`fairway organization create\``,
  );
}

/** All of the intent, of which a view shows what an organization may see: for what is shown within one of its objects of what is not its own. */
export function wholeOf(view: View): View {
  return view instanceof SeenView ? view.base : view;
}

/** Rows of one organization. Of hosts those are found on which it has something, of wires none: what is on another shows its name alone. */
class SeenView implements View {
  readonly base: View;
  readonly #organization: string;

  constructor(base: View, organization: string) {
    this.base = base;
    this.#organization = organization;
  }

  get<T extends TableName>(table: T, uuid: string): IntentRow<T> | undefined {
    const row = this.base.get(table, uuid);
    return row !== undefined && this.#isOwn(table, row) ? row : undefined;
  }

  *rows<T extends TableName>(table: T): Iterable<IntentRow<T>> {
    for (const row of this.base.rows(table)) if (this.#isFound(table, row)) yield row;
  }

  find<T extends TableName>(table: T, index: IndexName<T>, key: string): readonly IntentRow<T>[] {
    return this.base.find(table, index, key).filter((row) => this.#isFound(table, row));
  }

  count<T extends TableName>(table: T, index: IndexName<T>, key: string): number {
    return this.find(table, index, key).length;
  }

  #isFound<T extends TableName>(table: T, row: IntentRow<T>): boolean {
    if (table === "Physical_Network") return false;
    if (table === "Host") return this.#hasSomethingOn(row._uuid);
    return this.#isOwn(table, row);
  }

  #hasSomethingOn(host: string): boolean {
    return (["Endpoint", "Docker_Network"] as const).some((table) =>
      this.base.find(table, "byHost", host).some((row) => this.#isOwn(table, row)),
    );
  }

  #isOwn<T extends TableName>(table: T, row: IntentRow<T>): boolean {
    return owners[table] === everybodys || organizationOf(this.base, table, row) === this.#organization;
  }
}
