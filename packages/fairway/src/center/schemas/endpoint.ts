import { z } from "zod";
import {
  cidr,
  components,
  engineId,
  hostName,
  ipAddress,
  macAddress,
  portNumber,
  sources,
  stringMap,
  text,
  uuid,
} from "./common.ts";
import { labelQuery, nameQuery, pageQuery } from "./page.ts";

/** An endpoint as an engine knows it. */
export const engineEndpointKey = z.object({ host: hostName, networkId: engineId, endpointId: engineId });
export type EngineEndpointKey = Readonly<z.infer<typeof engineEndpointKey>>;

/** What an engine's CreateEndpoint asks for. */
export const dockerEndpointRequest = z.strictObject({
  /** Addresses that the engine already holds, bare. */
  addresses: z.array(ipAddress).max(2),
  /** Absent: the service makes one up. */
  mac: macAddress.optional(),
  options: stringMap.default({}),
  /** What hosts older than the center say beside the ports that they hold: nobody reads it. */
  published: z.array(text(1024)).max(65536).optional(),
  /** Follows this request through every log line that it causes. */
  request: text(64).default(""),
});
export type DockerEndpointRequest = z.input<typeof dockerEndpointRequest>;
components.add(dockerEndpointRequest, { id: "DockerEndpointRequest" });

/** What the engine tells of an endpoint's container afterwards; absent fields stay as they are. */
export const dockerEndpointFacts = z.strictObject({
  containerId: engineId.optional(),
  containerName: text(255, 1).optional(),
  names: z.array(text(255, 1)).max(64).optional(),
  labels: stringMap.optional(),
  /** The security groups that its container's label names, unless that label is its image's. */
  groups: z.array(text(127, 1)).max(32).optional(),
});
export type DockerEndpointFacts = z.input<typeof dockerEndpointFacts>;
components.add(dockerEndpointFacts, { id: "DockerEndpointFacts" });

/** A port of the host that leads to an endpoint, as its host holds it. */
export const publishedPort = z.strictObject({
  protocol: z.enum(["tcp", "udp", "sctp"]),
  /** The container's. */
  port: portNumber,
  /** null: every address of the host. */
  hostAddress: ipAddress.nullable(),
  hostPort: portNumber,
});
export type PublishedPort = z.infer<typeof publishedPort>;

const protocol = publishedPort.shape.protocol;

/** Subnets of clients; none: nobody but the host itself. */
const reachedFrom = z.array(cidr).max(64);

/** A port with who may reach it. */
export const reachedPort = publishedPort.extend({
  /** Absent: anybody may. */
  from: reachedFrom.optional(),
});
export type ReachedPort = z.infer<typeof reachedPort>;

/** A port as it is shown. */
const shownPort = reachedPort.extend({
  /** Set where a person has published it while the container ran; else the engine did. */
  by: z.literal("fairway").optional(),
});

/** Who may reach the ports of a container, as far as somebody has said. */
const publishFrom = z.strictObject({
  /** All those of which nothing else is said; absent: anybody may. */
  from: reachedFrom.optional(),
  ports: z.array(z.strictObject({ protocol, port: portNumber, from: reachedFrom })),
});

/** Who may reach a published port from now on. */
export const portRestriction = z.strictObject({
  protocol: protocol.default("tcp"),
  hostPort: portNumber,
  /** Subnets and addresses of clients; null: what the container was started with. */
  from: sources.nullable(),
});
export type PortRestriction = z.output<typeof portRestriction>;
components.add(portRestriction, { id: "PortRestriction" });

/** A port of its host that is to lead to a container that runs. */
export const newPublication = z.strictObject({
  protocol: protocol.default("tcp"),
  /** The container's. */
  port: portNumber,
  hostPort: portNumber,
  /** Who may reach the container's port; absent: as it was said before. */
  from: sources.optional(),
  /** On which of the container's networks; absent: it has one. */
  network: text(255, 1).optional(),
});
export type NewPublication = z.output<typeof newPublication>;
components.add(newPublication, { id: "NewPublication" });

/** Which port of the host is to be published no more. */
export const publicationQuery = z.strictObject({
  protocol: protocol.default("tcp").describe("`tcp` by default"),
  hostPort: z
    .string()
    .regex(/^\d{1,5}$/, "must be a port from 1 to 65535")
    .transform(Number)
    .pipe(portNumber)
    .describe("The port of the host"),
});

/** Whether a host holds the ports that were published beside its engine: all of which there is something to say. */
export const publicationReport = z.strictObject({
  publications: z
    .array(
      z.strictObject({
        publication: uuid,
        /** Why it does not; null where it does. */
        trouble: text(1024, 1).nullable(),
      }),
    )
    .max(65_536),
});
export type PublicationReport = z.input<typeof publicationReport>;
components.add(publicationReport, { id: "PublicationReport" });

/** All ports that lead to an endpoint from now on; none: nobody reaches it by its host. */
export const publishedPorts = z.strictObject({ ports: z.array(publishedPort).max(65_536) });
export type PublishedPorts = z.infer<typeof publishedPorts>;
components.add(publishedPorts, { id: "PublishedPorts" });

/** The wire of a LAN whose DHCP server gives addresses, `vlan` being its tag. */
export const leaseWire = z.strictObject({ physicalNetwork: uuid, vlan: z.int().nullable() });

/** All that a host needs to plug an endpoint and to answer the engine's Join. */
export const dockerEndpoint = z.strictObject({
  endpoint: uuid,
  network: uuid,
  mac: macAddress,
  /** Bytes. */
  mtu: z.int(),
  /** With prefix lengths. */
  addresses: z.array(cidr),
  /** Next hops of the default routes; absent on internal networks and where a subnet has no gateway. */
  gateway: ipAddress.optional(),
  gatewayV6: ipAddress.optional(),
  /** What the interface is to be called in the container; absent where nobody asked. */
  interfaceName: z.string().optional(),
  /** Whether the engine shall add its own way out, an interface on its own bridge, for want of a gateway here. */
  engineGateway: z.boolean(),
  /** Beside the default routes; without a next hop the destination is on the network's own link. */
  routes: z.array(z.strictObject({ destination: cidr, nextHop: ipAddress.optional() })),
  /** Whether the network leaves the host by an uplink, which has to be there before the container's first packet. */
  hasUplink: z.boolean(),
  /** Whether containers on other hosts are on the network, whose hosts must know of this one before its first packet. */
  hasPeers: z.boolean(),
  /** Whether its host keeps router advertisements from it. */
  isGuarded: z.boolean(),
  /** Where the DHCP server is asked that gives its address of IPv4; absent where Fairway gives it. */
  lease: leaseWire.optional(),
  /** Who may reach its published ports; absent where nobody has said. */
  publishFrom: publishFrom.optional(),
});
export type DockerEndpoint = z.infer<typeof dockerEndpoint>;
components.add(dockerEndpoint, { id: "DockerEndpoint" });

export const endpoint = z.strictObject({
  uuid,
  network: z.strictObject({ uuid, name: z.string() }),
  /** The name of the organization that has it on a network which another one shares; null: the network's own organization. */
  organization: z.string().nullable(),
  mac: macAddress,
  addresses: z.array(cidr),
  host: hostName.nullable(),
  names: z.array(z.string()),
  labels: stringMap,
  options: stringMap,
  /** The names of the security groups in which it is. */
  groups: z.array(z.string()),
  /** Those of its host that lead to it at this moment. */
  ports: z.array(shownPort),
  engine: z
    .strictObject({
      networkId: engineId,
      endpointId: engineId,
      containerId: engineId.nullable(),
      containerName: z.string().nullable(),
    })
    .nullable(),
  /** The id under which the logs tell how it was made. */
  request: z.string(),
  status: stringMap,
});
export type Endpoint = z.infer<typeof endpoint>;
components.add(endpoint, { id: "Endpoint" });

/** `up`: its host has it in place and has told OVN so, and with it the other hosts. */
const endpointStage = z.enum(["intent", "northbound", "up"]);

/** A stage that can be waited for. */
export const awaitedStage = z.literal("up");
export type AwaitedStage = z.infer<typeof awaitedStage>;

/** How far an endpoint has come on its way to the engine; named in the error when Join runs out of time. */
export const endpointProgress = z.strictObject({
  stage: endpointStage,
  detail: z.string(),
});
export type EndpointProgress = z.infer<typeof endpointProgress>;
components.add(endpointProgress, { id: "EndpointProgress" });

/** Which endpoints, or ports, a list is to have. */
export const endpointQuery = z.strictObject({
  network: text(255).optional().describe("Only those on this network"),
  host: hostName.optional().describe("Only those on this host"),
  name: nameQuery,
  label: labelQuery,
  group: text(127, 1).optional().describe("Only those in this security group"),
  ...pageQuery,
});
