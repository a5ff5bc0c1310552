import type { Invariant } from "../invariant.ts";
import { intentAgrees } from "./agreement.ts";
import { containersRun } from "./containers.ts";
import { doctorIsContent } from "./doctor.ts";
import { foreignUntouched } from "./foreign.ts";
import { hostsAgree } from "./host-state.ts";
import { logsAreCalm } from "./logs.ts";
import { namesResolve } from "./names.ts";
import { networksAgree } from "./networks.ts";
import { northboundAgrees } from "./northbound.ts";
import { nobodyDied } from "./processes.ts";
import { portsAnswer } from "./published-ports.ts";
import { containersReach } from "./reach.ts";

/** What is looked at with the least effort comes first. */
export const invariants: readonly Invariant[] = [
  nobodyDied,
  logsAreCalm,
  containersRun,
  intentAgrees,
  networksAgree,
  northboundAgrees,
  hostsAgree,
  foreignUntouched,
  containersReach,
  namesResolve,
  portsAnswer,
  doctorIsContent,
];
