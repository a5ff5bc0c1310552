import type { Cluster } from "./cluster.ts";
import type { Model } from "./model.ts";
import type { Observation } from "./observation.ts";

/** What an invariant looks at. */
export interface Sight {
  readonly cluster: Cluster;
  readonly model: Model;
  readonly seen: Observation;
}

/** What must hold at every quiet point. */
export interface Invariant {
  /** As a violation names it. */
  readonly name: string;
  /** @returns what does not hold, each in a sentence. A throw counts as one. */
  check(sight: Sight): Promise<readonly string[]> | readonly string[];
}
