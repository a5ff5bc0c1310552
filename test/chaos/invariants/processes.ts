import type { Invariant } from "../invariant.ts";

/** No process has ended by itself. */
export const nobodyDied: Invariant = {
  name: "no process ends by itself",
  check: ({ cluster }) => cluster.roster.changed(cluster.hosts),
};
