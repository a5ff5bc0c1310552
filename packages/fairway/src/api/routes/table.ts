/** Every route, under the name of its operation: a line for each noun. */

export * from "./addresses.ts";
export * from "./container-ports.ts";
export * from "./docker-endpoints.ts";
export * from "./docker-networks.ts";
export * from "./endpoints.ts";
export * from "./events.ts";
export * from "./host-state.ts";
export * from "./hosts.ts";
export * from "./members.ts";
export * from "./names.ts";
export * from "./networks.ts";
export * from "./openapi.ts";
export * from "./physical-networks.ts";
export * from "./pools.ts";
export * from "./ports.ts";
export * from "./principals.ts";
export * from "./route-targets.ts";
export * from "./routers.ts";
export * from "./security-groups.ts";
export * from "./status.ts";
export * from "./subnets.ts";
export * from "./tenancy.ts";
export * from "./traces.ts";
export * from "./transactions.ts";
export * from "./vips.ts";
export * from "./vlcp.ts";
