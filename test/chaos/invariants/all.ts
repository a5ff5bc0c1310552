import type { Invariant } from "../invariant.ts";
import { intentAgrees } from "./agreement.ts";
import { containersRun } from "./containers.ts";
import { nobodyDied } from "./processes.ts";
import { containersReach } from "./reach.ts";

/** What is looked at with the least effort comes first. */
export const invariants: readonly Invariant[] = [nobodyDied, containersRun, intentAgrees, containersReach];
