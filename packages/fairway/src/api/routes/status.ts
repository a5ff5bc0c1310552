import { status } from "../../service/schemas/status.ts";
import { type Route, route } from "./route.ts";

export const statusRoutes: readonly Route[] = [
  route({
    method: "GET",
    url: "/v1/status",
    operation: "status",
    summary: "Says which version runs, who leads, and whether everything that was wished is applied",
    status: 200,
    answer: status,
    handle: (service) => service.status(),
  }),
];
