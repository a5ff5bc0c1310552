import type { Caller } from "../service/service.ts";
import { joinUrl, renewUrl } from "./routes/members.ts";

/** Where a request goes: its method, the pattern of its route (absent where there is none), and the host in its path. */
interface Destination {
  readonly method: string;
  readonly url: string | undefined;
  readonly host: string | undefined;
}

/** What a host may read beside its own: of an endpoint the service tells it only where the endpoint is there. */
const open = new Set(["/v1/status", "/v1/openapi.json", "/v1/endpoints/:reference/progress"]);

/** Root may do everything; a host what concerns itself, and nothing that tells of others; a stranger may join. */
export function mayGo(caller: Caller, { method, url, host }: Destination): boolean {
  if (caller.kind === "root") return true;
  if (caller.kind === "stranger") return method === "POST" && url === joinUrl;
  if (caller.hasExpired === true) return method === "PUT" && url === renewUrl && host === caller.name;
  if (url?.startsWith("/v1/hosts/:host")) return host === caller.name;
  return method === "GET" && url !== undefined && open.has(url);
}
