import { dockerEndpointRoutes } from "./docker-endpoints.ts";
import { dockerNetworkRoutes } from "./docker-networks.ts";
import { endpointRoutes } from "./endpoints.ts";
import { hostStateRow } from "./host-state.ts";
import { hostRoutes } from "./hosts.ts";
import { memberRoutes } from "./members.ts";
import { nameRoutes } from "./names.ts";
import { networkRoutes } from "./networks.ts";
import { poolRoutes } from "./pools.ts";
import type { Route, Row } from "./route.ts";
import { statusRoutes } from "./status.ts";

/** Every route that a use case answers. */
export const routes: readonly Route[] = [
  ...statusRoutes,
  ...hostRoutes,
  ...memberRoutes,
  ...poolRoutes,
  ...dockerNetworkRoutes,
  ...dockerEndpointRoutes,
  ...nameRoutes,
  ...networkRoutes,
  ...endpointRoutes,
];

export const openApiRow = {
  method: "GET",
  url: "/v1/openapi.json",
  operation: "openApi",
  summary: "This document",
  status: 200,
} as const satisfies Row;

/** The whole API. */
export const rows: readonly Row[] = [...routes, hostStateRow, openApiRow];
