import { derive } from "../identity.ts";
import { Draft } from "../intent/draft.ts";
import { keyOf } from "../intent/indexes.ts";
import type { IntentRow, View } from "../intent/view.ts";
import { contains, parseCidr, parseIp } from "../ip.ts";
import type { Addresses } from "./addresses.ts";
import { referred } from "./lookup.ts";
import { holderOf } from "./pool-addresses.ts";
import { hostNameOf, subnetsOf } from "./views.ts";

type Endpoint = IntentRow<"Endpoint">;

/**
 * An endpoint whose host was away for too long: it keeps its row, its name and its MAC, and has neither addresses nor a port until its
 * host comes back and nobody else has one of them.
 */
export function isLost({ lost }: Endpoint): boolean {
  return lost.length > 0;
}

/** What the endpoints of a host hold is everybody's again. */
export function loseEndpoints(draft: Draft, host: IntentRow<"Host">, since: Date): void {
  for (const endpoint of draft.find("Endpoint", "byHost", host._uuid)) {
    const addresses = draft.find("Address", "byEndpoint", endpoint._uuid);
    if (addresses.length === 0) continue;
    const lost = addresses.map(({ ip }) => ip).sort();
    for (const { _uuid } of addresses) draft.delete("Address", _uuid);
    const away = `${host.name} is down since ${since.toISOString()}, and ${lost.join(" and ")} may be given to others`;
    draft.update("Endpoint", endpoint._uuid, { lost, status: { ...endpoint.status, host: away } });
  }
}

/** Gives an endpoint its addresses again, all or none. @returns why not; undefined where it has them. */
export function reviveEndpoint(draft: Draft, addresses: Addresses, uuid: string): string | undefined {
  const endpoint = draft.get("Endpoint", uuid);
  if (endpoint === undefined || !isLost(endpoint)) return undefined;
  const { host: _away, port: before, ...status } = endpoint.status;
  const attempt = new Draft(draft);
  const obstacle = endpoint.lost.map((ip) => bindAgain(attempt, addresses, endpoint, ip)).find(Boolean);
  if (obstacle === undefined) {
    attempt.update("Endpoint", uuid, { lost: [], status });
    attempt.mergeInto(draft);
    return undefined;
  }
  attempt.abandon();
  const port = `down: ${obstacle}`;
  if (before !== port) draft.update("Endpoint", uuid, { status: { ...status, port } });
  return obstacle;
}

function bindAgain(draft: Draft, addresses: Addresses, endpoint: Endpoint, ip: string): string | undefined {
  const subnet = subnetsOf(draft, endpoint.network).find(({ cidr }) =>
    contains(parseCidr(cidr), parseIp(ip)),
  );
  if (subnet === undefined) return `no subnet of network ${nameOf(draft, endpoint)} has ${ip} any more`;
  const [holder] = draft.find("Address", "bySubnetIp", keyOf(subnet._uuid, ip));
  if (holder !== undefined || !addresses.take(draft, subnet, ip))
    return (
      `address ${ip} was given to ${holderOf(draft, holder)} while host ${hostNameOf(draft, endpoint.host)} was away; ` +
      "start this container again, or remove that one"
    );
  draft.insert("Address", derive("address", endpoint._uuid, ip), {
    subnet: subnet._uuid,
    ip,
    purpose: "endpoint",
    endpoint: endpoint._uuid,
    expires: null,
  });
  return undefined;
}

function nameOf(view: View, { network }: Endpoint): string {
  return referred(view.get("Network", network)).name;
}
