import type { ApiClient } from "../../src/api/client.ts";
import { engineIdOf, samples, uuidOf } from "./sample-objects.ts";

/** A call that a route takes, and what it answers. */
export type RouteCall = readonly [(client: ApiClient) => Promise<unknown>, unknown];

/** Calls of the routes of routers, tenancy, security groups and published ports, by operation. */
export const policyCalls: Readonly<Record<string, RouteCall>> = {
  listOrganizations: [(client) => client.listOrganizations({ label: "team" }), [samples.organization]],
  createOrganization: [
    (client) => client.createOrganization({}, { name: "Enterprise" }),
    samples.organization,
  ],
  showOrganization: [
    (client) => client.showOrganization({ organization: "Enterprise" }),
    samples.organization,
  ],
  putOrganization: [
    (client) => client.putOrganization({ organization: "Enterprise" }, {}),
    samples.organization,
  ],
  updateOrganization: [
    (client) => client.updateOrganization({ organization: "Enterprise" }, { labels: { team: null } }),
    samples.organization,
  ],
  removeOrganization: [
    (client) => client.removeOrganization({ organization: "Enterprise" }),
    samples.organization,
  ],
  listZones: [(client) => client.listZones({ label: "team" }), [samples.zone]],
  createZone: [(client) => client.createZone({}, { name: "Enterprise/Domain/Zone" }), samples.zone],
  showZone: [(client) => client.showZone({ zone: "Enterprise/Domain/Zone" }), samples.zone],
  putZone: [(client) => client.putZone({ zone: "Enterprise/Domain/Zone" }, {}), samples.zone],
  updateZone: [
    (client) => client.updateZone({ zone: "Enterprise/Domain/Zone" }, { labels: { team: null } }),
    samples.zone,
  ],
  removeZone: [(client) => client.removeZone({ zone: "Enterprise/Domain/Zone" }), samples.zone],
  listPolicies: [(client) => client.listPolicies({ name: "b*" }), [samples.policy]],
  createPolicy: [(client) => client.createPolicy({}, { name: "baseline" }), samples.policy],
  showPolicy: [(client) => client.showPolicy({ policy: "baseline" }), samples.policy],
  putPolicy: [(client) => client.putPolicy({ policy: "baseline" }, {}), samples.policy],
  updatePolicy: [
    (client) => client.updatePolicy({ policy: "baseline" }, { rules: { "ingress icmp from any": null } }),
    samples.policy,
  ],
  removePolicy: [(client) => client.removePolicy({ policy: "baseline" }), samples.policy],
  listVips: [(client) => client.listVips({ network: "blue" }), [samples.vip]],
  createVip: [(client) => client.createVip({}, { network: "blue", ip: "10.1.0.100" }), samples.vip],
  showVip: [(client) => client.showVip({ vip: "10.1.0.100@blue" }), samples.vip],
  updateVip: [(client) => client.updateVip({ vip: "10.1.0.100" }, { members: ["web1"] }), samples.vip],
  removeVip: [(client) => client.removeVip({ vip: "10.1.0.100" }), samples.vip],
  listSecurityGroups: [(client) => client.listSecurityGroups({ name: "w*" }), [samples.securityGroup]],
  createSecurityGroup: [(client) => client.createSecurityGroup({}, { name: "web" }), samples.securityGroup],
  showSecurityGroup: [(client) => client.showSecurityGroup({ group: "web" }), samples.securityGroup],
  putSecurityGroup: [(client) => client.putSecurityGroup({ group: "web" }, {}), samples.securityGroup],
  updateSecurityGroup: [
    (client) => client.updateSecurityGroup({ group: "web" }, { rules: { "ingress icmp from any": null } }),
    samples.securityGroup,
  ],
  removeSecurityGroup: [(client) => client.removeSecurityGroup({ group: "web" }), samples.securityGroup],
  joinSecurityGroup: [
    (client) => client.joinSecurityGroup({ group: "web", member: "shop", network: "blue" }),
    samples.securityGroup,
  ],
  leaveSecurityGroup: [
    (client) => client.leaveSecurityGroup({ group: "web", member: "shop" }),
    samples.securityGroup,
  ],
  listRouters: [(client) => client.listRouters({ name: "off*" }), [samples.router]],
  createRouter: [(client) => client.createRouter({}, { name: "office" }), samples.router],
  showRouter: [(client) => client.showRouter({ router: "office" }), samples.router],
  putRouter: [(client) => client.putRouter({ router: "office" }, {}), samples.router],
  updateRouter: [
    (client) => client.updateRouter({ router: "office" }, { routes: { "10.9.0.0/16": null } }),
    samples.router,
  ],
  removeRouter: [(client) => client.removeRouter({ router: "office" }), samples.router],
  attachNetwork: [
    (client) => client.attachNetwork({ router: "office", network: "blue" }, { addresses: ["10.1.0.1"] }),
    samples.router,
  ],
  detachNetwork: [(client) => client.detachNetwork({ router: "office", network: "blue" }), samples.router],
  restrictPublishedPort: [
    (client) =>
      client.restrictPublishedPort(
        { reference: "web-1" },
        { protocol: "udp", hostPort: 53, from: ["10.0.0.0/8"] },
      ),
    samples.endpoint,
  ],
  publishPort: [
    (client) => client.publishPort({ reference: "web-1" }, { port: 80, hostPort: 8888 }),
    samples.endpoint,
  ],
  unpublishPort: [
    (client) => client.unpublishPort({ reference: "web-1", protocol: "udp", hostPort: 53 }),
    undefined,
  ],
  reportPublications: [
    (client) =>
      client.reportPublications(
        { host: "node-1" },
        { publications: [{ publication: uuidOf("f"), trouble: "in use" }] },
      ),
    undefined,
  ],
  listKeptContainers: [(client) => client.listKeptContainers({ host: "node-1" }), [engineIdOf("c")]],
  forgetContainer: [
    (client) => client.forgetContainer({ host: "node-1", containerId: engineIdOf("c") }),
    undefined,
  ],
};
