import type { NetworkDriver } from "@fairway/docker-plugin";
import type { DriverName } from "../driver-names.ts";
import type { Edge } from "./edge.ts";
import { endpointCalls } from "./endpoint.ts";
import { joinLeaveCalls } from "./join-leave.ts";
import { networkCalls } from "./network.ts";
import { publishedPortCalls } from "./published-ports.ts";

/** The network driver under one of its names, by step of life. */
export function networkDriver(edge: Edge, name: DriverName): NetworkDriver {
  return {
    ...networkCalls(edge, name),
    ...endpointCalls(edge),
    ...joinLeaveCalls(edge),
    ...publishedPortCalls(edge),
  };
}
