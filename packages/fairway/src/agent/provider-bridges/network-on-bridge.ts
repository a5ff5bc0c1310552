import type { OpenVSwitch } from "../../host/open-vswitch/open-vswitch.ts";
import { ProviderBridgeRows } from "../../host/open-vswitch/provider-bridge-rows.ts";
import type { HostState } from "../state/host-state.ts";

/** The physical network of which this host's interface is in a bridge, by name; undefined where there is none. */
export function physicalNetworkOn(
  bridge: string,
  { state, openVSwitch }: { readonly state: Pick<HostState, "items">; readonly openVSwitch: OpenVSwitch },
): string | undefined {
  const rows = new ProviderBridgeRows(openVSwitch);
  for (const item of state.items.values())
    if (item.kind === "provider-bridge" && rows.bridgeWith(item.interface) === bridge) return item.name;
  return undefined;
}
