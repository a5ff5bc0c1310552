import { type RunningAgent, startAgent } from "../../src/agent/start.ts";
import type { Logger } from "../../src/logger.ts";
import type { Chassis } from "./chassis.ts";
import { quiet, type StubCenter } from "./stub-center.ts";

/** The agent of a chassis whose engine has no network. */
export function startAgentOn(
  { openvswitchSocket }: Chassis,
  center: StubCenter,
  { logger = quiet, stateFile }: { readonly logger?: Logger; readonly stateFile?: string } = {},
): RunningAgent {
  return startAgent({
    api: center,
    hostName: "host",
    openvswitchSocket,
    bridge: "br-int",
    stateFile,
    engineNetworks: async () => new Set<string>(),
    logger,
  });
}
