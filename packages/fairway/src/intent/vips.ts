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
  return [...(port === undefined ? [] : [port]), ...containers].filter(
    (each) => each.network === network && isOwn(each),
  );
}

/** The addresses that an endpoint has in turn with others. */
export function vipsOf(view: View, endpoint: Endpoint): readonly string[] {
  if (!isOwn(endpoint) || view.count("Vip", "byNetwork", endpoint.network) === 0) return [];
  const ips = namesOf(view, endpoint).flatMap((name) =>
    view.find("Vip", "byMember", keyOf(endpoint.network, name)).map(({ ip }) => ip),
  );
  return [...new Set(ips)].sort();
}

/** What members of a VIP may be called: the names of a network's own ports and containers. */
export function memberNames(view: View, network: string): readonly string[] {
  return view
    .find("Endpoint", "byNetwork", network)
    .filter(isOwn)
    .flatMap((endpoint) => namesOf(view, endpoint));
}

function namesOf(view: View, { _uuid, name }: Endpoint): readonly string[] {
  const handles = view.find("Docker_Endpoint", "byEndpoint", _uuid);
  return [name, ...handles.map(({ container_name }) => container_name)].filter((each) => each !== null);
}

/** Whether an endpoint is its network's organization's; another one, with which that is shared, calls its own as it likes. */
const isOwn = ({ organization }: Endpoint) => organization === null;
