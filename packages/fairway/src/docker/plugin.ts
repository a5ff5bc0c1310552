import type { NetworkDriver } from "@fairway/docker-plugin";
import type { Edge } from "./edge.ts";
import { endpointCalls } from "./endpoint.ts";
import { joinLeaveCalls } from "./join-leave.ts";
import { networkCalls } from "./network.ts";
import { publishedPortCalls } from "./published-ports.ts";

/** The network driver, by step of life. */
export function networkDriver(edge: Edge): NetworkDriver {
  return {
    ...networkCalls(edge),
    ...endpointCalls(edge),
    ...joinLeaveCalls(edge),
    ...publishedPortCalls(edge),
  };
}
