import type { Cluster } from "./cluster.ts";
import type { Model } from "./model.ts";
import type { Random } from "./random.ts";

/** Something that breaks, and is whole again a while later. */
export interface Fault {
  /** Counted by it: `kill fairway`. */
  readonly kind: string;
  readonly title: string;
  /** `h2`, or `h2/dockerd`: no two faults meet at one place, nor within a place of another. */
  readonly place: string;
  /** Whether packets between containers may be lost by it; else a ping must not notice. */
  readonly stopsPackets: boolean;
  /** How long it lasts, ms. */
  readonly durationMs: number;
  begin(cluster: Cluster, model: Model): Promise<void>;
  end(cluster: Cluster, model: Model): Promise<void>;
}

/** A family of faults. */
export interface FaultKind {
  readonly weight: number;
  plan(random: Random): Fault | undefined;
}

/** Whether two faults cannot be at the same time. */
export function meet(one: Fault, other: Fault): boolean {
  const [a, b] = [`${one.place}/`, `${other.place}/`];
  return a.startsWith(b) || b.startsWith(a);
}
