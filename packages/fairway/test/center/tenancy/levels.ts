import { randomUUID } from "node:crypto";
import type { ClaimedNetwork } from "../../../src/center/schemas/claim.ts";
import { engineId, root, type TestCenter } from "../../center.ts";

const plain = { labels: {}, options: {} };

/** Makes an organization, a domain and a zone of these names, as far as they are not there. */
export async function makeLevels(
  { service: { organizations, routers, zones } }: TestCenter,
  organization: string,
  domain: string,
  zone: string,
): Promise<string> {
  if (organizations.list({ name: organization }, root).length === 0)
    await organizations.create({ name: organization, quotas: {}, ...plain }, {}, root);
  await routers.put({ name: `${organization}/${domain}`, routes: {}, ...plain }, {}, root);
  const { name } = await zones.put({ name: `${organization}/${domain}/${zone}`, ...plain }, {}, root);
  return name;
}

/** Makes a network of a full name, which has one subnet. */
export const makeNetwork = ({ service }: TestCenter, name: string, cidr: string, gateway?: string) =>
  service.networks.create({ name, subnets: [{ cidr, gateway }] }, {}, root);

/** What `--ipam-opt` says of a full name. */
export function levelOptions(fullName: string): Record<string, string> {
  const [organization = "", domain = "", zone = "", subnet = ""] = fullName.split("/");
  return { organization, domain, zone, subnet, user: "admin" };
}

/** What `docker network create -o network=… -o organization=…`, with the same for its pools, does on a host. @param organization for which; undefined: its own. */
export async function dockerJoins(
  { service }: TestCenter,
  host: string,
  network: string,
  organization?: string,
) {
  const options = { network, ...(organization !== undefined && { organization }) };
  const space = engineId().slice(0, 8);
  const { pool, cidr } = await service.pools.request(host, { space, family: 4, options }, root);
  const { address } = await service.poolAddresses.request(host, pool, { purpose: "gateway" }, root);
  const [gateway = ""] = address.split("/");
  const id = engineId();
  const subnets = [{ space, cidr, gateway }];
  const { uuid } = await service.dockerNetworks.create(host, id, { subnets, options }, root);
  await service.dockerNetworks.describe(host, id, { name: "Theirs", options, ipamOptions: options }, root);
  return { id, uuid, pool, gateway, cidr };
}

interface Asked {
  readonly cidr?: string;
  readonly gateway?: string;
  readonly options?: Readonly<Record<string, string>>;
}

/** What `docker network create --ipam-opt organization=… --subnet …` does on a host, up to the engine's event. */
export async function dockerCreates(
  { service }: TestCenter,
  host: string,
  fullName: string,
  { cidr, gateway: ip, options = levelOptions(fullName) }: Asked,
) {
  const space = engineId().slice(0, 8);
  const given = await service.pools.request(
    host,
    { space, family: 4, options, ...(cidr !== undefined && { cidr }) },
    root,
  );
  const { pool } = given;
  try {
    const asked = { purpose: "gateway", ...(ip !== undefined && { ip }) } as const;
    const { address } = await service.poolAddresses.request(host, pool, asked, root);
    const [gateway = ""] = address.split("/");
    const id = engineId();
    const subnets = [{ space, cidr: given.cidr, gateway }];
    const { uuid, name } = await service.dockerNetworks.create(host, id, { subnets }, root);
    await service.dockerNetworks.describe(host, id, { name: "MyNet", ipamOptions: { ...options } }, root);
    return { id, uuid, name, pool, gateway, cidr: given.cidr };
  } catch (error) {
    await service.pools.release(host, pool, root);
    throw error;
  }
}

/** What a host kept of a network that engines joined and the center has lost. @param engine what its engine's user said. */
export function lostDefinition(
  [cidr, gateway]: readonly [string, string],
  engine: { readonly options?: Record<string, string>; readonly ipamOptions: Record<string, string> },
) {
  return {
    claimed: true,
    mode: "nat",
    internal: false,
    mtuAsked: null,
    origin: "api",
    scope: "cluster",
    removal: null,
    options: {},
    labels: {},
    subnets: [{ uuid: randomUUID(), cidr, gateway, automatic: false, managed: true }],
    engine: { options: {}, ranges: {}, gateways: [], attachable: false, ...engine },
  } satisfies ClaimedNetwork["definition"];
}
