import { keyOf } from "./indexes.ts";
import type { IntentRow, View } from "./view.ts";

type Vip = IntentRow<"Vip">;
type Endpoint = IntentRow<"Endpoint">;

/** The endpoints that may have a VIP: whatever of its network is called as one of its members, at this moment. */
export function vipMembers(
  view: View,
  { network, members }: Pick<Vip, "network" | "members">,
): readonly Endpoint[] {
  return members.flatMap((name) => endpointsNamed(view, network, name));
}

/** The endpoints of a network that are a port, or of a container, of that name: several hosts may have one. */
export function endpointsNamed(view: View, network: string, name: string): readonly Endpoint[] {
  const [port] = view.find("Endpoint", "byPortName", name);
  const containers = view
    .find("Docker_Endpoint", "byContainerName", name)
    .flatMap(({ endpoint }) => view.get("Endpoint", endpoint) ?? []);
  return [...(port === undefined ? [] : [port]), ...containers].filter((each) => each.network === network);
}

/** The addresses that an endpoint has in turn with others. */
export function vipsOf(view: View, endpoint: Endpoint): readonly string[] {
  if (view.count("Vip", "byNetwork", endpoint.network) === 0) return [];
  const handles = view.find("Docker_Endpoint", "byEndpoint", endpoint._uuid);
  const names = [endpoint.name, ...handles.map(({ container_name }) => container_name)];
  const ips = names.flatMap((name) =>
    name === null ? [] : view.find("Vip", "byMember", keyOf(endpoint.network, name)).map(({ ip }) => ip),
  );
  return [...new Set(ips)].sort();
}
