import { uuidOf } from "./sample-uuids.ts";

export const routeTarget = { target: "64512:100", importedBy: ["blue", "green"], exportedBy: ["blue"] };

export const router = {
  uuid: uuidOf("d"),
  name: "office",
  organization: null,
  zones: [],
  routes: { "10.9.0.0/16": "10.1.0.7" },
  gateway: {
    network: { uuid: uuidOf("f"), name: "lan" },
    addresses: ["10.50.0.2/24"],
    snat: true,
    hosts: [
      { name: "node-1", trouble: null },
      { name: "node-2", trouble: "its next hop 10.50.0.1 does not answer" },
    ],
    active: "node-1",
  },
  zonePolicy: "allow" as const,
  zoneRules: {},
  labels: {},
  options: {},
  interfaces: [
    {
      uuid: uuidOf("e"),
      network: { uuid: uuidOf("b"), name: "blue" },
      addresses: ["10.1.0.1/24"],
      asked: [],
      claims: {},
      options: {},
    },
  ],
  revision: "0123456789abcdef",
  status: {},
};

export const organization = {
  uuid: uuidOf("1"),
  name: "Enterprise",
  labels: { customer: "7" },
  options: {},
  quotas: { networks: 10 },
  usage: { networks: 3, addresses: 12, ports: 11, rules: 0 },
  domains: ["Enterprise/Domain"],
  sharedNetworks: ["Other/Domain/Zone/lan"],
  revision: "1032547698badcfe",
};

export const zone = {
  uuid: uuidOf("2"),
  name: "Enterprise/Domain/Zone",
  domain: "Enterprise/Domain",
  labels: {},
  options: {},
  networks: ["Enterprise/Domain/Zone/Subnet 2"],
  revision: "2143658709cbaedf",
};

export const policy = {
  uuid: uuidOf("4"),
  name: "baseline",
  tier: "cluster" as const,
  organization: null,
  rules: { "egress any to 192.0.2.0/24": "reject" as const },
  labels: {},
  options: {},
  revision: "4365870921ecdbf0",
  status: {},
};

export const securityGroup = {
  uuid: uuidOf("3"),
  name: "web",
  organization: null,
  rules: { "ingress tcp 80,443 from any": "allow" as const },
  joinableByLabel: false,
  labels: {},
  options: {},
  members: 1,
  revision: "3254769810dbcaef",
  status: {},
};

export const vip = {
  uuid: uuidOf("a"),
  ip: "10.1.0.100",
  network: { uuid: uuidOf("1"), name: "blue" },
  members: ["web1", "web2"],
  labels: {},
  options: {},
  revision: "f",
  status: {},
};
