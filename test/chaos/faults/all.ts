import type { FaultKind } from "../fault.ts";
import { fullDisk } from "./disk.ts";
import { partition, power } from "./machines.ts";
import { empty } from "./northbound.ts";
import { freeze, kill, restart } from "./processes.ts";

export const faultKinds: readonly FaultKind[] = [kill, freeze, restart, power, partition, empty, fullDisk];
