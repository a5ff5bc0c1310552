import { derive } from "../identity.ts";
import { Draft } from "../intent/draft.ts";
import { keyOf } from "../intent/indexes.ts";
import type { IntentRow, View } from "../intent/view.ts";
import { contains, parseCidr, parseIp } from "../ip.ts";
import type { Addresses } from "./addresses.ts";
import { referred } from "./lookup.ts";
import { holderOf } from "./pool-addresses.ts";
import { subnetsOf } from "./views.ts";

type Endpoint = IntentRow<"Endpoint">;

/**
 * An endpoint that has no right to its addresses: its host was away for too long, or the center had forgotten it and another has one of
 * them. It keeps its row and its names, and has neither addresses nor a port until its host is there and all that it lost is free.
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
  const obstacle = [...endpoint.lost]
    .sort((one, other) => Number(isMac(one)) - Number(isMac(other)))
    .map((each) =>
      isMac(each) ? takeMac(attempt, endpoint, each) : bindAgain(attempt, addresses, endpoint, each),
    )
    .find(Boolean);
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
      `address ${ip} was given to ${holderOf(draft, holder)} meanwhile; ` +
      "start this container again, or remove that one"
    );
  draft.insert("Address", derive("address", endpoint._uuid, ip), {
    subnet: subnet._uuid,
    ip,
    purpose: "endpoint",
    endpoint: endpoint._uuid,
    host: endpoint.host,
    expires: null,
  });
  return undefined;
}

/** A MAC address may be among what was lost: whoever has the address has the MAC that was made of it. */
function isMac(lost: string): boolean {
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(lost);
}

function takeMac(draft: Draft, endpoint: Endpoint, mac: string): string | undefined {
  if (draft.count("Endpoint", "byNetworkMac", keyOf(endpoint.network, mac)) > 0)
    return `another endpoint of network ${nameOf(draft, endpoint)} has MAC address ${mac}`;
  draft.update("Endpoint", endpoint._uuid, { mac });
  return undefined;
}

function nameOf(view: View, { network }: Endpoint): string {
  return referred(view.get("Network", network)).name;
}
