import type { z } from "zod";
import type { Center, UserNouns } from "../../center/center.ts";
import type { Context } from "../../center/context.ts";
import type { Parameters } from "./parameters.ts";

/**
 * Answers a call on somebody's behalf: what stands under `result`. Throws `FairwayError`; the call has changed nothing then.
 * @param name its path below `/`: `viperflow/createsubnet`.
 */
export type Answer = (name: string, parameters: Parameters, context: Context) => Promise<unknown>;

/** What a call works on. */
export interface Work {
  readonly center: Center;
  readonly context: Context;
}

/** What a call does with one object. */
export interface Verb<Schema extends z.ZodObject = z.ZodObject> {
  /** What it is told of one object. */
  readonly schema: Schema;
  /** Whether it takes parameters that the schema does not know. */
  readonly keepsUnknown: boolean;
  /** By what the object is called, as no other one of the same call may be. */
  key(item: z.output<Schema>): string;
  /**
   * Does it. All objects of a call are one transaction: `nouns` are those of the transaction, and each gets one change. Gives the object as VLCP shows it once
   * it is done; undefined where it is removed.
   * @param given all that was said of it.
   */
  run(
    item: z.output<Schema>,
    given: Readonly<Record<string, unknown>>,
    work: Work & { readonly nouns: UserNouns },
  ): Promise<Shown>;
}

/** Gives the object as it is by then; undefined where it is gone. */
export type Shown = (() => object) | undefined;

/** A kind of VLCP's objects, and what may be done with it. */
export interface Kind {
  /** As the names of its calls end: `createsubnet`, `createsubnets`. */
  readonly noun: string;
  /** What a call with several of them calls the list. */
  readonly list: "networks" | "ports" | "subnets" | "routers" | "interfaces";
  /** What its calls begin with; `viperflow` where it is absent. */
  readonly module?: "vrouterapi";
  /** What the first and the last verb are called where they are not called as here. */
  readonly words?: { readonly create: string; readonly delete: string };
  readonly create: Verb;
  /** Absent where nothing of it changes. */
  readonly update?: Verb;
  readonly delete: Verb;
  /** All of them as VLCP shows them, or those that their own filters let through. */
  find(filter: Readonly<Record<string, unknown>>, work: Work): readonly object[];
  /** The filters that `find` heeds itself: their values are no attributes. */
  readonly filters: readonly string[];
}

/** Ties what a verb does to its schema. */
export function verb<Schema extends z.ZodObject>(given: Verb<Schema>): Verb {
  return given;
}
