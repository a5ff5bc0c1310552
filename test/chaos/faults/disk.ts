import { centerDisk } from "../cluster.ts";
import type { FaultKind } from "../fault.ts";

/** Somebody's file, which grows until nothing else fits. */
const filler = `${centerDisk}/filler`;

/** The disk of the center's database is full, and has room again. */
export const fullDisk: FaultKind = {
  weight: 1.5,
  plan: (random) => ({
    kind: "full disk",
    title: "h1: the disk of the center's database is full",
    place: "h1/disk",
    stopsPackets: false,
    durationMs: random.between(1_000, 20_000),
    async begin(cluster) {
      // The second takes the last bytes.
      await cluster.center.sh(
        `dd if=/dev/zero bs=64k of=${filler} 2>/dev/null || true; cat /dev/zero >>${filler} 2>/dev/null || true`,
      );
    },
    async end(cluster) {
      await cluster.center.sh(`rm ${filler}`);
    },
  }),
};
