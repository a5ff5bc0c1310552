import { v7 } from "uuid";
import type { HostEndpointItem } from "../../../src/center/schemas/host-state.ts";
import type { Chassis } from "../chassis.ts";

/** An endpoint that a test plugs. @param last of its MAC. */
export function endpointAt(last: number) {
  const endpoint = v7();
  const mac = `02:42:ac:11:00:${last.toString(16).padStart(2, "0")}`;
  return { endpoint, mac, mtu: 1400, request: `request-${last}` };
}

/** As control does it: the logical port bears the endpoint's UUID as its name. */
export async function addLogicalPort(
  chassis: Chassis,
  { endpoint, mac }: { endpoint: string; mac: string },
): Promise<void> {
  await chassis.nbctl("lsp-add", "switch", endpoint, "--", "lsp-set-addresses", endpoint, mac);
}

/** The endpoint as the host's state has it. */
export function endpointItem(port: ReturnType<typeof endpointAt>): HostEndpointItem {
  const key = `endpoint/${port.endpoint}`;
  return { key, kind: "endpoint", ...port, network: v7(), addresses: [], engine: null };
}
