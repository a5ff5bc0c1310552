import { z } from "zod";
import { driverNames } from "../driver-names.ts";

/** Under which names engines find this host's plugin. */
export const ownDriverNames = z
  .array(z.enum(driverNames))
  .refine((names) => new Set(names).size === names.length, "must have each name once")
  .refine(
    (names) => names.includes("fairway"),
    "must have fairway, the driver of networks that no engine's user makes; put the other names beside it",
  )
  .default(["fairway"])
  .describe(
    "Under which names Docker finds the driver: `fairway`, and beside it `vlcp`, `nuage`, `nuage-ipam`, `ovs` and `opencontrail` in the places of " +
      "other plugins ([driver-names.md](driver-names.md)). Each has a socket beside `docker.plugin`, which is that of `fairway`",
  );
