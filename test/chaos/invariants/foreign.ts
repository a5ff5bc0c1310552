import type { Invariant } from "../invariant.ts";

/** What is somebody else's on the center is as it was. */
export const foreignUntouched: Invariant = {
  name: "nothing foreign is touched",
  check: ({ cluster }) => cluster.foreign.changed(),
};
