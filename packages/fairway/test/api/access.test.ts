import assert from "node:assert/strict";
import { test } from "node:test";
import { type Access, type LeastRole, mayGo } from "../../src/api/access.ts";
import { type Operation, registry } from "../../src/api/registry.ts";
import type { Caller } from "../../src/center/context.ts";

const principal = { kind: "principal", name: "ci", organization: null } as const;

/** Principals; what none of them may is an administrator's who is of one organization, too. */
const principals = {
  viewer: { ...principal, role: "viewer" },
  member: { ...principal, role: "member" },
  admin: { ...principal, role: "admin" },
  "an organization's admin": { ...principal, role: "admin", organization: "red" },
} as const satisfies Record<string, Caller>;

type Principal = keyof typeof principals;

/** The least role; `own admin`: an administrator's, of an organization in that, too. */
type Least = LeastRole | "own admin";

/** By the least role: who of them may. */
const mayOf: Readonly<Record<Least, readonly Principal[]>> = {
  anyone: ["viewer", "member", "admin", "an organization's admin"],
  viewer: ["viewer", "member", "admin", "an organization's admin"],
  member: ["member", "admin", "an organization's admin"],
  "own admin": ["admin", "an organization's admin"],
  admin: ["admin"],
};

/** What is not for administrators of all organizations alone. */
const roles: Readonly<Record<string, Least>> = {
  openApi: "anyone",
  status: "viewer",
  followEvents: "viewer",
  listHosts: "viewer",
  showHost: "viewer",
  listNetworks: "viewer",
  showNetwork: "viewer",
  removeNetwork: "member",
  keepNetwork: "member",
  createNetwork: "member",
  putNetwork: "member",
  updateNetwork: "member",
  listSubnets: "viewer",
  showSubnet: "viewer",
  createSubnet: "member",
  putSubnet: "member",
  updateSubnet: "member",
  removeSubnet: "member",
  listPorts: "viewer",
  showPort: "viewer",
  createPort: "member",
  putPort: "member",
  updatePort: "member",
  removePort: "member",
  listRouteTargets: "viewer",
  listOrganizations: "viewer",
  showOrganization: "viewer",
  listZones: "viewer",
  showZone: "viewer",
  createZone: "member",
  putZone: "member",
  updateZone: "member",
  removeZone: "member",
  listPolicies: "viewer",
  showPolicy: "viewer",
  createPolicy: "own admin",
  putPolicy: "own admin",
  updatePolicy: "own admin",
  removePolicy: "own admin",
  listVips: "viewer",
  showVip: "viewer",
  createVip: "member",
  updateVip: "member",
  removeVip: "member",
  listSecurityGroups: "viewer",
  showSecurityGroup: "viewer",
  createSecurityGroup: "member",
  putSecurityGroup: "member",
  updateSecurityGroup: "member",
  removeSecurityGroup: "member",
  joinSecurityGroup: "member",
  leaveSecurityGroup: "member",
  listRouters: "viewer",
  showRouter: "viewer",
  createRouter: "member",
  putRouter: "member",
  updateRouter: "member",
  removeRouter: "member",
  attachNetwork: "member",
  detachNetwork: "member",
  listPhysicalNetworks: "viewer",
  showPhysicalNetwork: "viewer",
  listAddresses: "viewer",
  showAddress: "viewer",
  listAddressHistory: "viewer",
  reserveAddress: "member",
  updateReservation: "member",
  releaseReservation: "member",
  restrictPublishedPort: "member",
  publishPort: "member",
  unpublishPort: "member",
  listEndpoints: "viewer",
  showEndpoint: "viewer",
  transact: "member",
  callVlcp: "viewer",
  tracePacket: "viewer",
};

for (const route of registry)
  test(`A06 ${route.operation} is for principals of the role that its route names, and of none below`, () => {
    const role = roles[route.operation] ?? "admin";
    assert.equal(route.role ?? "admin", role === "own admin" ? "admin" : role);
    const who = (Object.keys(principals) as Principal[]).filter((each) =>
      mayGo(principals[each], route, undefined),
    );
    assert.deepEqual(who, mayOf[role]);
  });

/** Every other kind of caller, for a path that names node-1 where it names a host. */
const callers = {
  root: { kind: "root" },
  "the host": { kind: "host", name: "node-1" },
  "another host": { kind: "host", name: "node-11" },
  "the host with an expired certificate": { kind: "host", name: "node-1", hasExpired: true },
  "another host with an expired certificate": { kind: "host", name: "node-11", hasExpired: true },
  "a stranger": { kind: "stranger", reason: "unknown" },
} as const satisfies Record<string, Caller>;

type Who = keyof typeof callers;

/** Who is let in; nobody else is. */
const letIn: Readonly<Record<Access, readonly Who[]>> = {
  root: ["root"],
  "own host": ["root", "the host"],
  "any host": ["root", "the host", "another host"],
  "expired certificate": ["root", "the host", "the host with an expired certificate"],
  stranger: ["root", "a stranger"],
};

/** What is not for root alone, and for no host by its path. */
const exceptions: Readonly<Record<string, Access>> = {
  status: "any host",
  listNetworks: "any host",
  showNetwork: "any host",
  listSubnets: "any host",
  showSubnet: "any host",
  listEndpoints: "any host",
  showEndpoint: "any host",
  listHosts: "any host",
  showHost: "any host",
  listAddresses: "any host",
  showAddress: "any host",
  listAddressHistory: "any host",
  followEvents: "any host",
  listPhysicalNetworks: "any host",
  showPhysicalNetwork: "any host",
  openApi: "any host",
  endpointProgress: "any host",
  listPorts: "any host",
  listRouteTargets: "any host",
  listOrganizations: "any host",
  showOrganization: "any host",
  listZones: "any host",
  showZone: "any host",
  listPolicies: "any host",
  showPolicy: "any host",
  listVips: "any host",
  showVip: "any host",
  listSecurityGroups: "any host",
  showSecurityGroup: "any host",
  listRouters: "any host",
  showRouter: "any host",
  showPort: "any host",
  callVlcp: "any host",
  updateHost: "root",
  tracePacket: "any host",
  join: "stranger",
  renewCertificate: "expired certificate",
};

const namesHost = ({ url }: Operation) => url.startsWith("/v1/hosts/:host");

for (const route of registry)
  test(`A06 ${route.operation} is for those whom its route names, and for nobody else`, () => {
    const { operation, access } = route;
    assert.equal(access, exceptions[operation] ?? (namesHost(route) ? "own host" : "root"));
    const host = namesHost(route) ? "node-1" : undefined;
    const who = (Object.keys(callers) as Who[]).filter((each) => mayGo(callers[each], route, host));
    assert.deepEqual(who, letIn[access]);
  });

test("A06 what no route is for is root's to hear of", () => {
  const who = (Object.keys(callers) as Who[]).filter((each) => mayGo(callers[each], {}, "node-1"));
  assert.deepEqual(who, ["root"]);
});
