import type { Operation } from "../../src/api/registry.ts";
import { isStream } from "../../src/api/routes/route.ts";
import type { Context, PrincipalCaller } from "../../src/center/context.ts";
import { dockerCreates, makeLevels, makeNetwork } from "../center/tenancy/levels.ts";
import { root, type TestCenter } from "../center.ts";
import type { Asked } from "./foreign-references.ts";

/** One of each noun that an organization has, on a host of its own. */
export type Owned = Awaited<ReturnType<typeof makeOwned>>;

/** @param third the third number of its addresses. */
export async function makeOwned(center: TestCenter, organization: string, third: number) {
  const { hosts, organizations, routers, zones, ports, reservations, securityGroups, policies, vips } =
    center.service;
  const [host, port] = [`host-${organization}`, `vm-${organization}`];
  await hosts.register(host, { systemId: host }, root);
  const zone = await makeLevels(center, organization, "shop", "front");
  const [network, cidr, domain] = [`${zone}/net`, `10.${third}.0.0/24`, `${organization}/shop`];
  const { uuid: networkId, subnets } = await makeNetwork(center, network, cidr);
  const joined = await dockerCreates(center, host, network, {});
  const { key, uuid: endpoint, ip } = await center.endpoint(host, joined);
  const wish = { name: port, network, addresses: [], labels: {}, options: {} };
  const { uuid: portId } = await ports.create(wish, {}, root);
  const reserved = `10.${third}.0.200`;
  const kept = { network, ip: reserved, note: "printer", labels: {}, expires: null };
  const { uuid: reservationId } = await reservations.reserve(kept, {}, root);
  const group = `${organization}/web`;
  const open = { rules: {}, joinableByLabel: false, labels: {}, options: {} };
  const { uuid: groupId } = await securityGroups.create({ name: group, ...open }, {}, root);
  const policy = `${organization}/baseline`;
  const none = { rules: {}, labels: {}, options: {} };
  const { uuid: policyId } = await policies.create({ name: policy, ...none }, {}, root);
  const vip = `10.${third}.0.201`;
  const moving = { network, ip: vip, members: [port], labels: {}, options: {} };
  const { uuid: vipId } = await vips.create(moving, {}, root);
  return {
    vip,
    vipId,
    organization,
    organizationId: organizations.show(organization, root).uuid,
    domain,
    domainId: routers.show(domain, root).uuid,
    zone,
    zoneId: zones.show(zone, root).uuid,
    network,
    networkId,
    engineId: joined.id,
    joined,
    cidr,
    subnetId: subnets[0]?.uuid ?? "",
    host,
    endpoint,
    key,
    ip,
    port,
    portId,
    reserved,
    reservationId,
    group,
    groupId,
    policy,
    policyId,
  };
}

/** On behalf of a principal of an organization. */
export function ofOrganization(organization: string, role: PrincipalCaller["role"] = "viewer"): Context {
  return { ...root, caller: { kind: "principal", name: `of ${organization}`, role, organization } };
}

/** Asks a route as the API does, once its schemas have let the parts through. */
export async function ask(
  center: TestCenter,
  route: Operation,
  { params = {}, query = {}, body }: Asked,
  context: Context,
): Promise<unknown> {
  if (isStream(route)) throw new Error(`${route.operation} does not end`);
  return route.handle(center.service, {
    params: route.params?.parse(params),
    query: route.query?.parse(query),
    body: route.body?.parse(body ?? {}),
    context,
    revisions: undefined,
    describe: () => ({}),
  });
}
