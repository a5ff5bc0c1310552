import { engineId } from "../center.ts";
import { type Cases, host, refused, same } from "./duplicate-case.ts";

/** What an engine asks for, or says, twice. */
export const engineCases: Cases = {
  requestPool: () => [
    refused(
      `${host}/pools`,
      { space: "twice", family: 4, cidr: "10.1.0.0/16", range: "10.9.0.0/24" },
      /10\.9\.0\.0\/24.*10\.1\.0\.0\/16/,
      400,
    ),
  ],
  releasePool: ({ blue }) => [same(`${host}/pools/${blue.pool}`)],
  requestAddress: ({ blue, web }) => [
    refused(
      `${host}/pools/${blue.pool}/addresses`,
      { ip: web.ip },
      new RegExp(`^address ${web.ip} is already in use by `),
    ),
    refused(
      `${host}/pools/${blue.pool}/addresses`,
      { ip: blue.gateway },
      /^address 10\.1\.0\.1 is already in use by the gateway$/,
    ),
  ],
  releaseAddress: ({ blue }) => [same(`${host}/pools/${blue.pool}/addresses/10.1.0.200`)],
  reportForeignNetworks: () => [same(`${host}/foreign-networks`, { networks: [] })],
  reportMirrors: ({ blue }) => [
    same(`${host}/mirrors`, {
      troubles: [{ network: blue.uuid, trouble: "another network is called blue there" }],
      uses: [{ engineId: blue.id, containers: ["web", "db"] }],
    }),
  ],
  createDockerNetwork: ({ blue }) => [
    same(`${host}/docker-networks/${blue.id}`, { subnets: [{ space: "any", cidr: "10.1.0.0/24" }] }),
    refused(
      `${host}/docker-networks/${engineId()}`,
      { managed: false, subnets: ["10.8.0.0/24", "10.8.0.0/24"].map((cidr) => ({ space: "any", cidr })) },
      /10\.8\.0\.0\/24/,
      400,
    ),
  ],
  admitName: ({ blue, web }) => [
    same(`${host}/networks/${blue.uuid}/names`, {
      asker: web.ip,
      name: "deb.debian.org",
      addresses: [
        { address: "203.0.113.10", ttl: 300 },
        { address: "203.0.113.10", ttl: 60 },
      ],
    }),
  ],
  requestHostAccess: ({ blue }) => [same(`${host}/docker-networks/${blue.id}/asked`)],
  describeDockerNetwork: ({ blue }) => [
    same(`${host}/docker-networks/${blue.id}`, { name: "blue", gateways: ["10.1.0.0/24", "10.1.0.9/24"] }),
  ],
  claimDockerNetwork: ({ blue }) => [same(`${host}/docker-networks/${blue.id}/claim`, { endpoints: [] })],
  deleteDockerNetwork: () => [same(`${host}/docker-networks/${engineId()}`)],
  createDockerEndpoint: ({ blue, web }) => {
    const endpoints = `${host}/docker-networks/${blue.id}/endpoints`;
    return [
      same(`${endpoints}/${web.key.endpointId}`, { addresses: [web.ip] }),
      same(`${endpoints}/${engineId()}`, { addresses: [] }),
      refused(
        `${endpoints}/${engineId()}`,
        { addresses: [], mac: web.mac },
        new RegExp(`^MAC address ${web.mac} is already in use on this network$`),
      ),
      refused(
        `${endpoints}/${engineId()}`,
        { addresses: [web.ip] },
        new RegExp(`^address ${web.ip} is already in use by `),
      ),
      refused(`${endpoints}/${engineId()}`, { addresses: ["10.1.0.77", "10.1.0.77"] }, /10\.1\.0\.77/),
    ];
  },
  describeDockerEndpoint: ({ blue, web }) => [
    same(`${host}/docker-networks/${blue.id}/endpoints/${web.key.endpointId}`, { names: ["web", "web"] }),
  ],
  publishDockerEndpoint: ({ blue, web }) => [
    same(`${host}/docker-networks/${blue.id}/endpoints/${web.key.endpointId}/ports`, {
      ports: [8080, 8080].map((hostPort) => ({ protocol: "tcp", port: 80, hostAddress: null, hostPort })),
    }),
  ],
  restrictPublishedPort: ({ web }) => [
    refused(
      `/v1/endpoints/${web.ip}/publish-from`,
      { hostPort: 8081, from: ["10.0.0.0/8"] },
      new RegExp(`^${web.ip} is not published on port 8081/tcp of its host; it is on `),
      404,
    ),
  ],
  publishPort: ({ web }) => [
    refused(
      `/v1/endpoints/${web.ip}/ports`,
      { port: 80, hostPort: 8080 },
      /^a port is published of a container that runs, and of nothing else$/,
      400,
    ),
  ],
  unpublishPort: ({ web }) => [
    refused(
      `/v1/endpoints/${web.ip}/ports?hostPort=8081`,
      undefined,
      new RegExp(`^${web.ip} is not published on port 8081/tcp of its host; `),
      404,
    ),
  ],
  reportPublications: () => [same(`${host}/publications`, { publications: [] })],
  forgetContainer: () => [same(`${host}/containers/${engineId()}`)],
  deleteDockerEndpoint: ({ blue }) => [same(`${host}/docker-networks/${blue.id}/endpoints/${engineId()}`)],
  purgeDockerEndpoint: ({ blue }) => [
    same(`${host}/docker-networks/${blue.id}/endpoints/${engineId()}/forget`),
  ],
};
