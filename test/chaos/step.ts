import type { Cluster } from "./cluster.ts";
import type { Model } from "./model.ts";
import type { Random } from "./random.ts";

/** One thing that a person does. */
export interface Step {
  /** As a person would type it, with the host before it. */
  readonly title: string;
  /** Does it, and writes into the model what must be from now on. @returns how it ended, in a few words. */
  run(cluster: Cluster, model: Model): Promise<string>;
}

/** Where steps are done one after the other; several lanes go on beside each other, also on one host. */
export interface Lane {
  readonly host: string;
  /** The names that only this lane of its host uses, so that no two work on one container. */
  readonly containers: readonly string[];
}

/** A kind of operation. */
export interface Operation {
  readonly weight: number;
  /**
   * Chooses one that makes sense in a lane.
   * @param expected what will be by then; the operation's success is written into it.
   * @returns undefined where there is nothing to do it with.
   */
  plan(random: Random, lane: Lane, expected: Model): Step | undefined;
}
