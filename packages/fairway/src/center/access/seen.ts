import { FairwayError } from "../../errors.ts";
import type { IndexName, TableName } from "../../intent/indexes.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import type { Caller } from "../context.ts";
import { isOfOrganization, mayReadAll } from "./access.ts";
import { isEverybodys, organizationsOf, ownersOf } from "./whose.ts";

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

/** Of what a caller may read what is its own organization's: without what others share with it. Throws as `seenBy` does. */
export function ownedBy(caller: Caller, view: View): View {
  const seen = seenBy(caller, view);
  return seen instanceof SeenView ? new OwnView(seen) : seen;
}

/**
 * Finds what is to be changed among a caller's own. Throws `forbidden` for what another organization shares with the caller's, and what `find` throws.
 * @param own as `ownedBy` gives it.
 */
export function foundIn<Row>(own: View, find: (view: View) => Row): Row {
  if (!(own instanceof OwnView)) return find(own);
  try {
    return find(own);
  } catch (error) {
    if (!(error instanceof FairwayError) || error.code !== "not_found") throw error;
    find(own.seen);
    throw new FairwayError(
      "forbidden",
      "the network is another organization's, which shares it: have ports of your own there; its owner changes it, its subnets and its reservations",
    );
  }
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
  return view.whole ?? view;
}

/**
 * Rows of one organization, and those that others share with it. Of hosts those are found on which it has something, of wires none: what is on another
 * shows its name alone.
 */
class SeenView implements View {
  readonly whole: View;
  readonly organization: string;

  constructor(whole: View, organization: string) {
    this.whole = whole;
    this.organization = organization;
  }

  get<T extends TableName>(table: T, uuid: string): IntentRow<T> | undefined {
    const row = this.whole.get(table, uuid);
    return row !== undefined && this.#isSeen(table, row) ? row : undefined;
  }

  *rows<T extends TableName>(table: T): Iterable<IntentRow<T>> {
    for (const row of this.whole.rows(table)) if (this.#isFound(table, row)) yield row;
  }

  find<T extends TableName>(table: T, index: IndexName<T>, key: string): readonly IntentRow<T>[] {
    return this.whole.find(table, index, key).filter((row) => this.#isFound(table, row));
  }

  count<T extends TableName>(table: T, index: IndexName<T>, key: string): number {
    return this.find(table, index, key).length;
  }

  #isFound<T extends TableName>(table: T, row: IntentRow<T>): boolean {
    if (table === "Physical_Network") return false;
    if (table === "Host") return this.#hasSomethingOn(row._uuid);
    return this.#isSeen(table, row);
  }

  #hasSomethingOn(host: string): boolean {
    return (["Endpoint", "Docker_Network"] as const).some((table) =>
      this.whole.find(table, "byHost", host).some((row) => this.#isSeen(table, row)),
    );
  }

  #isSeen<T extends TableName>(table: T, row: IntentRow<T>): boolean {
    return isEverybodys(table) || this.shows(table, row);
  }

  protected shows<T extends TableName>(table: T, row: IntentRow<T>): boolean {
    return organizationsOf(this.whole, table, row).includes(this.organization);
  }
}

/** Of those the rows that are not merely shared with it. */
class OwnView extends SeenView {
  readonly seen: SeenView;

  constructor(seen: SeenView) {
    super(seen.whole, seen.organization);
    this.seen = seen;
  }

  protected override shows<T extends TableName>(table: T, row: IntentRow<T>): boolean {
    return ownersOf(this.whole, table, row).includes(this.organization);
  }
}
