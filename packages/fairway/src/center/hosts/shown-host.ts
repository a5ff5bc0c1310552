import type { IntentRow, View } from "../../intent/view.ts";
import type { Progress } from "../progress.ts";
import type { Host } from "../schemas/host.ts";
import { hostOverlaps, leadingSubnets } from "../subnets/host-overlaps.ts";
import { hostView } from "../views.ts";
import type { Liveness } from "./liveness.ts";

export interface HostSight {
  readonly liveness: Liveness;
  /** The time in ms. */
  readonly now: () => number;
  readonly progress: Pick<Progress, "foreignBindings">;
}

/**
 * A host as the API shows it: its row, when it was heard, and what others see of it.
 * @param leading the subnets to which hosts lead; whoever shows many hosts looks for them once
 */
export function shownHost(
  view: View,
  row: IntentRow<"Host">,
  { liveness, now, progress }: HostSight,
  leading?: ReturnType<typeof leadingSubnets>,
): Host {
  const silenceMs = liveness.silenceOf(row.name);
  const lastHeard = silenceMs === undefined ? null : new Date(now() - silenceMs);
  const foreign = progress.foreignBindings.find(({ host }) => host === row.name);
  const subnets = hostOverlaps(view, row, leading);
  const status = {
    ...(foreign !== undefined && { bindings: foreign.what }),
    ...(subnets !== undefined && { subnets }),
  };
  return hostView(view, row, { lastHeard, status });
}

/** All hosts as the API shows them, by name. */
export function shownHosts(view: View, sight: HostSight): readonly Host[] {
  const leading = leadingSubnets(view);
  return Array.from(view.rows("Host"), (row) => shownHost(view, row, sight, leading)).sort((one, other) =>
    one.name.localeCompare(other.name),
  );
}
