import { randomUUID } from "node:crypto";
import type { Operation } from "../../src/api/registry.ts";
import type { Owned } from "./owned.ts";

/** What is asked of a route. */
export interface Asked {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** What is asked of routes that name one object alone: each reference by which it is called. */
const naming =
  (part: string, references: (of: Owned) => readonly string[], rest: Asked = {}) =>
  (_own: Owned, of: Owned): readonly Asked[] =>
    references(of).map((reference) => ({ ...rest, params: { [part]: reference } }));

const zones = (of: Owned) => [of.zone, of.zoneId];
const domains = (of: Owned) => [of.domain, of.domainId];
const networks = (of: Owned) => [of.network, of.networkId, of.networkId.slice(0, 13), of.engineId];
const subnets = (of: Owned) => [`${of.cidr}@${of.network}`, of.subnetId];
const ports = (of: Owned) => [of.port, of.portId];
const reservations = (of: Owned) => [`${of.reserved}@${of.network}`, of.reservationId];
const policies = (of: Owned) => [of.policy, of.policyId];
const vips = (of: Owned) => [of.vip, `${of.vip}@${of.network}`, of.vipId];
const groups = (of: Owned) => [of.group, of.groupId];
const patch = { body: { labels: { a: "b" } } };

/** `own` sends a network of its own, and one of another to which it is to be attached; and the other way round. */
function attaching(own: Owned, of: Owned): readonly Asked[] {
  return [
    [of.domain, own.network],
    [own.domain, of.network],
    [own.domain, "plain"],
    ["plain", own.network],
  ].map(([router = "", network = ""]) => ({ params: { router, network }, body: {} }));
}

/** `own` puts what is another's into a group of its own; and the other way round. */
function joining(own: Owned, of: Owned): readonly Asked[] {
  return [
    [of.group, own.port],
    [of.groupId, own.port],
    [own.group, of.port],
    [own.group, of.endpoint],
  ].map(([group = "", member = ""]) => ({ params: { group, member } }));
}

const inTransaction = (operation: string, parameters: object, body?: object): Asked => ({
  body: { changes: [{ operation, parameters, ...(body && { body }) }] },
});

/** By operation: all ways in which a principal of one organization may name what is of another one, or of none. */
export const foreignReferences: Readonly<Record<string, (own: Owned, of: Owned) => readonly Asked[]>> = {
  showOrganization: naming("organization", (of) => [of.organization, of.organizationId]),
  showZone: naming("zone", zones),
  createZone: (_, of) => [{ body: { name: `${of.domain}/new` } }],
  putZone: (_, of) => [of.zone, `${of.domain}/new`].map((zone) => ({ params: { zone }, body: {} })),
  updateZone: naming("zone", zones, patch),
  removeZone: naming("zone", zones),
  showRouter: naming("router", (of) => [...domains(of), "plain"]),
  createRouter: (_, of) => [`${of.organization}/new`, "new"].map((name) => ({ body: { name } })),
  putRouter: (_, of) =>
    [of.domain, `${of.organization}/new`, "plain", "new"].map((router) => ({ params: { router }, body: {} })),
  updateRouter: naming("router", (of) => [...domains(of), "plain"], patch),
  removeRouter: naming("router", (of) => [...domains(of), "plain"]),
  attachNetwork: attaching,
  detachNetwork: attaching,
  showPolicy: naming("policy", policies),
  createPolicy: (_, of) => [`${of.organization}/new`, "new"].map((name) => ({ body: { name } })),
  putPolicy: (_, of) => [of.policy, "new"].map((policy) => ({ params: { policy }, body: {} })),
  updatePolicy: (own, of) => [
    ...naming("policy", policies, { body: {} })(own, of),
    {
      params: { policy: own.policy },
      body: { rules: { [`ingress any from group ${of.group}`]: "allow" } },
    },
  ],
  removePolicy: naming("policy", policies),
  showSecurityGroup: naming("group", groups),
  createSecurityGroup: (_, of) => [`${of.organization}/new`, "new"].map((name) => ({ body: { name } })),
  putSecurityGroup: (_, of) =>
    [of.group, `${of.organization}/new`, "new"].map((group) => ({ params: { group }, body: {} })),
  updateSecurityGroup: (own, of) => [
    ...groups(of).map((group) => ({ params: { group }, ...patch })),
    ...[`group ${of.group}`, `zone ${of.zone}`, `network ${of.network}`, "network plain"].map((peer) => ({
      params: { group: own.group },
      body: { rules: { [`ingress any from ${peer}`]: "allow" } },
    })),
  ],
  removeSecurityGroup: naming("group", groups),
  joinSecurityGroup: joining,
  leaveSecurityGroup: joining,
  showNetwork: naming("reference", (of) => [...networks(of), "plain"]),
  createNetwork: (own, of) => [
    { body: { name: of.network } },
    { body: { name: `${of.zone}/new` } },
    { body: { name: "plain" } },
    { body: { name: "new" } },
    { body: { name: `${own.zone}/new`, id: of.networkId } },
  ],
  putNetwork: (own, of) => [
    { params: { reference: of.networkId }, body: { name: `${own.zone}/new` } },
    { params: { reference: of.networkId }, body: { name: of.network } },
    { params: { reference: randomUUID() }, body: { name: `${of.zone}/new` } },
    { params: { reference: randomUUID() }, body: { name: "plain" } },
  ],
  updateNetwork: naming("reference", (of) => [...networks(of), "plain"], patch),
  removeNetwork: naming("reference", (of) => [...networks(of), "plain"]),
  keepNetwork: naming("reference", (of) => [...networks(of), "plain"]),
  listSubnets: (_, of) => networks(of).map((network) => ({ query: { network } })),
  showSubnet: naming("reference", subnets),
  createSubnet: (own, of) => [
    { body: { network: of.network, cidr: "10.99.0.0/24" } },
    { body: { network: own.network, cidr: "10.99.0.0/24", id: of.subnetId } },
  ],
  putSubnet: (own, of) => [
    { params: { reference: of.subnetId }, body: { network: own.network, cidr: of.cidr } },
    { params: { reference: of.subnetId }, body: { network: of.network, cidr: of.cidr } },
    { params: { reference: randomUUID() }, body: { network: of.network, cidr: "10.99.0.0/24" } },
  ],
  updateSubnet: naming("reference", subnets, { body: { ranges: [] } }),
  removeSubnet: naming("reference", subnets),
  listEndpoints: (_, of) => [
    ...networks(of).map((network) => ({ query: { network } })),
    { query: { host: of.host } },
    { query: { group: of.group } },
  ],
  showEndpoint: naming("reference", (of) => [of.endpoint, of.ip]),
  listAddresses: (_, of) => [
    ...networks(of).map((network) => ({ query: { network } })),
    { query: { subnet: of.subnetId } },
    { query: { host: of.host } },
    { query: { endpoint: of.endpoint } },
  ],
  showAddress: naming("reference", (of) => [`${of.ip}@${of.network}`, of.reservationId]),
  reserveAddress: (own, of) => [
    { body: { network: of.network } },
    { body: { network: own.network, id: of.reservationId } },
  ],
  updateReservation: naming("reference", reservations, { body: { note: "mine" } }),
  releaseReservation: naming("reference", reservations),
  listVips: (_, of) => networks(of).map((network) => ({ query: { network } })),
  showVip: naming("vip", vips),
  createVip: (own, of) => [
    { body: { network: of.network, ip: of.vip } },
    { body: { network: own.network, ip: own.vip.replace(/201$/, "202"), members: [of.port] } },
  ],
  updateVip: naming("vip", vips, patch),
  removeVip: naming("vip", vips),
  listPorts: (_, of) => [
    ...networks(of).map((network) => ({ query: { network } })),
    { query: { host: of.host } },
    { query: { group: of.group } },
  ],
  showPort: naming("reference", ports),
  createPort: (own, of) => [
    { body: { name: "new", network: of.network } },
    { body: { name: "new", network: own.network, id: of.portId } },
    { body: { name: "new", network: own.network, subnet: of.subnetId } },
    { body: { name: "new", network: own.network, host: of.host } },
    { body: { name: "new", network: own.network, options: { "fairway.groups": of.group } } },
  ],
  putPort: (own, of) => [
    { params: { reference: "new" }, body: { network: of.network } },
    { params: { reference: "new" }, body: { network: own.network, subnet: of.subnetId } },
    { params: { reference: "new" }, body: { network: own.network, host: of.host } },
  ],
  updatePort: naming("reference", ports, patch),
  removePort: naming("reference", ports),
  tracePacket: (own, of) => [
    { query: { from: of.endpoint, to: own.ip } },
    { query: { from: of.ip, to: own.ip } },
    { query: { from: own.endpoint, to: of.endpoint } },
    { query: { from: "203.0.113.9", to: own.endpoint } },
    { query: { from: of.host, to: own.endpoint } },
  ],
  transact: (own, of) => [
    inTransaction("removeNetwork", { reference: of.network }),
    inTransaction("updateOrganization", { organization: own.organization }, { labels: { a: "b" } }),
    {
      body: {
        changes: [
          { operation: "updateZone", parameters: { zone: own.zone }, body: { labels: { a: "b" } } },
          { operation: "updatePort", parameters: { reference: of.port }, body: { labels: { a: "b" } } },
        ],
      },
    },
  ],
};

/** Routes for organizations that take no reference: what they answer is filtered. */
export function takesNone({ operation }: Operation): boolean {
  return [
    "listOrganizations",
    "listZones",
    "listPolicies",
    "listSecurityGroups",
    "listRouters",
    "listNetworks",
    "listAddressHistory",
    "followEvents",
  ].includes(operation);
}
