import { randomUUID } from "node:crypto";
import { changedColumns } from "../../columns.ts";
import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import type { Changeable } from "../../intent/joint-change.ts";
import { changeOrRehearse } from "../../intent/rehearsal.ts";
import type { View } from "../../intent/view.ts";
import { checkWithin } from "../access/changed.ts";
import { seenBy } from "../access/seen.ts";
import type { Caller, Context } from "../context.ts";
import { inUseBy } from "../in-use.ts";
import type { Manner } from "../manner.ts";
import { mergedMap } from "../merged-map.ts";
import { isLabelled, isNamed, pageOf } from "../page.ts";
import { checkRevision, revisionOf } from "../revision.ts";
import type { PageWish } from "../schemas/page.ts";
import type { LevelPatch, NewLevel } from "../schemas/tenancy.ts";

/** A row of a level. */
export interface LevelRow {
  readonly _uuid: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  /** Of an organization. */
  readonly quotas?: Readonly<Record<string, number>>;
}

/** What a level is to be, beside its name. */
export type LevelColumns = Omit<LevelRow, "_uuid" | "name">;

/** What one level has of its own. */
export interface LevelKind<Row extends LevelRow, Shown, Wish extends NewLevel, Patch extends LevelPatch> {
  /** As messages call it: `zone`. */
  readonly noun: string;
  /** What of a view a caller may change, in which is what he names. Throws `forbidden`, and `not_found` for one who has no such level. */
  own(caller: Caller, view: View): View;
  rows(view: View): Iterable<Row>;
  /** By name or UUID. Throws `not_found`. */
  named(view: View, reference: string): Row;
  find(view: View, name: string): Row | undefined;
  /** Throws `not_found` where the level above is not among the caller's own. */
  insert(draft: Draft, own: View, uuid: string, wish: Wish): Row;
  /** What its row has of a wish, beside the name. */
  columns(wish: Wish): LevelColumns;
  /** The same of a row with a patch. */
  patched(row: Row, patch: Patch): LevelColumns;
  update(draft: Draft, uuid: string, columns: LevelColumns): void;
  delete(draft: Draft, uuid: string): void;
  show(view: View, row: Row): Shown;
  /** What of the next level is in it, and how that is called: `network`. */
  contents(view: View, row: Row): { readonly noun: string; readonly names: readonly string[] };
}

/** Which of a level. */
interface LevelFilter extends PageWish {
  readonly name?: string | undefined;
  readonly label?: string | undefined;
}

/**
 * The use cases of organizations and of zones. A reference is a full name or a UUID; what it does not name throws `not_found`. A change throws
 * `precondition_failed` where the object has none of the revisions that it names.
 */
export class Levels<Row extends LevelRow, Shown, Wish extends NewLevel, Patch extends LevelPatch> {
  readonly #store: Changeable;
  readonly #kind: LevelKind<Row, Shown, Wish, Patch>;

  constructor(store: Changeable, kind: LevelKind<Row, Shown, Wish, Patch>) {
    this.#store = store;
    this.#kind = kind;
  }

  /** Those that the filter lets through, by name. */
  list({ name, label, ...page }: LevelFilter, context: Context): readonly Shown[] {
    const view = seenBy(context.caller, this.#store.view);
    const rows = Array.from(this.#kind.rows(view)).filter(
      (row) => isNamed(row.name, name) && isLabelled(row.labels, label),
    );
    return pageOf(rows, page, { key: (row) => row.name, view: (row) => this.#kind.show(view, row) });
  }

  /** One of them. */
  show(reference: string, context: Context): Shown {
    const view = seenBy(context.caller, this.#store.view);
    return this.#kind.show(view, this.#kind.named(view, reference));
  }

  /** Throws `conflict` where the name is taken, `not_found` where the level above is not there. */
  async create(wish: Wish, manner: Manner, context: Context): Promise<Shown> {
    const uuid = randomUUID();
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = this.#kind.own(context.caller, draft);
      checkWithin(context.caller, wish.name);
      if (this.#kind.find(own, wish.name) !== undefined) throw this.#taken(wish.name, "");
      return this.#kind.show(own, this.#kind.insert(draft, own, uuid, wish));
    });
  }

  /** As `create`; one of that name which is as it is wished already stays. Throws `conflict` where it differs. */
  async put(wish: Wish, manner: Manner, context: Context): Promise<Shown> {
    const uuid = randomUUID();
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = this.#kind.own(context.caller, draft);
      checkWithin(context.caller, wish.name);
      const known = this.#kind.find(own, wish.name);
      if (known === undefined) return this.#kind.show(own, this.#kind.insert(draft, own, uuid, wish));
      const isWished =
        Object.keys(changedColumns({ ...known }, { ...this.#kind.columns(wish) })).length === 0;
      if (isWished) return this.#kind.show(own, known);
      throw this.#taken(wish.name, ", and otherwise: change it, or");
    });
  }

  /** Changes labels, options, and what the level has of its own. */
  async update(reference: string, patch: Patch, manner: Manner, context: Context): Promise<Shown> {
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = this.#kind.own(context.caller, draft);
      const row = this.#levelIn(own, reference, manner);
      this.#kind.update(draft, row._uuid, this.#kind.patched(row, patch));
      return this.#kind.show(own, this.#kind.named(own, row._uuid));
    });
  }

  /** Removes what is empty. Answers as it was. Throws `in_use` naming what is in it. */
  async remove(reference: string, manner: Manner, context: Context): Promise<Shown> {
    return changeOrRehearse(this.#store, manner, (draft) => {
      const own = this.#kind.own(context.caller, draft);
      const row = this.#levelIn(own, reference, manner);
      const { noun, names } = this.#kind.contents(own, row);
      if (names.length > 0) throw inUseBy(`${this.#kind.noun} ${row.name}`, noun, names, "remove");
      const before = this.#kind.show(own, row);
      this.#kind.delete(draft, row._uuid);
      return before;
    });
  }

  #levelIn(view: View, reference: string, { revisions }: Manner): Row {
    const row = this.#kind.named(view, reference);
    checkRevision(`${this.#kind.noun} ${row.name}`, revisionOfLevel(row), revisions);
    return row;
  }

  #taken(name: string, how: string): FairwayError {
    const article = /^[aeiou]/.test(this.#kind.noun) ? "an" : "a";
    return new FairwayError(
      "conflict",
      `${article} ${this.#kind.noun} ${name} is there already${how === "" ? ";" : how} choose another name`,
    );
  }
}

/** What every level's row has of a wish, beside the name. */
export function levelColumns({ labels, options }: NewLevel): Pick<LevelColumns, "labels" | "options"> {
  return { labels, options };
}

/** The same of a row with a patch. */
export function patchedLevel(
  row: LevelRow,
  { labels, options }: LevelPatch,
): Pick<LevelColumns, "labels" | "options"> {
  return {
    labels: mergedMap("labels", row.labels, labels),
    options: mergedMap("options", row.options, options),
  };
}

/** The revision of what an organization or a zone is to be. */
export function revisionOfLevel({ name, labels, options, quotas }: LevelRow): string {
  return revisionOf({ name, labels, options, quotas });
}
