import { status as answer } from "../../center/schemas/status.ts";
import { route } from "./route.ts";

export const status = route({
  method: "GET",
  url: "/v1/status",
  summary: "Shows which version runs, who leads, and what is not applied yet.",
  access: "any host",
  role: "viewer",
  status: 200,
  answer,
  handle: (center) => center.status.show(),
});
