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

/** A kind of operation. */
export interface Operation {
  readonly weight: number;
  /**
   * Chooses one that makes sense on a host.
   * @param expected what will be by then; the operation's success is written into it.
   * @returns undefined where there is nothing to do it with.
   */
  plan(random: Random, host: string, expected: Model): Step | undefined;
}
