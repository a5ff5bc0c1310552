import type { Caller } from "../service/service.ts";

/** Where a request goes: its method, the pattern of its route (absent where there is none), and the host in its path. */
interface Destination {
  readonly method: string;
  readonly url: string | undefined;
  readonly host: string | undefined;
}

/** Root may do everything; a host what concerns itself, and nothing that tells of others. */
export function mayGo(caller: Caller, { method, url, host }: Destination): boolean {
  if (caller.kind === "root") return true;
  if (url?.startsWith("/v1/hosts/:host")) return host === caller.name;
  return method === "GET" && (url === "/v1/status" || url === "/v1/openapi.json");
}
