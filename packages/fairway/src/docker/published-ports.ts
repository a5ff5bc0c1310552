import type { EndpointRequest, NetworkDriver } from "@fairway/docker-plugin";
import { z } from "zod";
import type { PortWish } from "../agent/published-ports/choice.ts";
import type { DockerEndpoint } from "../center/schemas/endpoint.ts";
import type { HostEndpointItem } from "../center/schemas/host-state.ts";
import { FairwayError } from "../errors.ts";
import { bareAddress } from "../ip.ts";
import { sourcesOf, withoutSources } from "../publish-from.ts";
import { type Call, serve, unlessUnknown } from "./call.ts";
import type { Edge } from "./edge.ts";
import { endpointHere, fieldsOf, keyOf, knownEndpoint } from "./endpoint.ts";
import { takingOver } from "./take-over.ts";

/** By IP protocol number. */
const protocols = { 6: "tcp", 17: "udp", 132: "sctp" } as const satisfies Record<
  number,
  PortWish["protocol"]
>;

const portNumber = z.int().min(0).max(65_535);
const portMap = z.object({
  Proto: z.union([z.literal(6), z.literal(17), z.literal(132)]),
  Port: portNumber,
  HostIP: z.string().nullish(),
  HostPort: portNumber,
  HostPortEnd: portNumber.default(0),
});

const portMapLabel = "com.docker.network.portmap";

/**
 * What the engine publishes. It says which of a container's networks does: it revokes on the old one and programs the new one when
 * networks come and go.
 */
export function publishedPortCalls(
  edge: Edge,
): Pick<NetworkDriver, "programExternalConnectivity" | "revokeExternalConnectivity"> {
  const { api, agent, hostName, live } = edge;
  const subject = (method: string, request: EndpointRequest) => ({
    method,
    request: live.get(request.EndpointID)?.request,
    fields: fieldsOf(request),
  });
  return {
    programExternalConnectivity: (request, context) =>
      serve(edge, context, subject("ProgramExternalConnectivity", request), async (call) => {
        const asked = portWishes(request.Options);
        if (asked.length === 0) return;
        const key = keyOf(hostName, request);
        const known = await knownEndpoint(edge, key, call);
        if (known === undefined)
          throw new FairwayError("not_found", `Endpoint ${request.EndpointID} was never created or is gone`);
        if (!known.hasUplink)
          throw new FairwayError(
            "unsupported",
            "Ports cannot be published on this network: nothing leads into it. Leave -p out, or make the network with mode=nat or mode=routed",
          );
        const { endpoint, network } = known;
        const addresses = known.addresses.map(bareAddress);
        const wishes = asked.map((wish) => reachedFrom(known, wish));
        const holds = (item: HostEndpointItem) => item.endpoint !== endpoint && hasPort(edge, item, wishes);
        const ports = await takingOver(edge, call, holds, () =>
          agent.publish({ endpoint, network, addresses }, wishes),
        );
        try {
          // The center knows who may reach a port.
          await api.publishDockerEndpoint(key, { ports: ports.map(withoutSources) }, call.options());
        } catch (error) {
          await agent.revoke(endpoint);
          throw error;
        }
      }),

    revokeExternalConnectivity: (request, context) =>
      serve(edge, context, subject("RevokeExternalConnectivity", request), (call) =>
        revoke(edge, request, call),
      ),
  };
}

async function revoke(edge: Edge, request: EndpointRequest, call: Call): Promise<void> {
  const { api, agent, hostName } = edge;
  const key = keyOf(hostName, request);
  const endpoint = await endpointHere(edge, key, call);
  if (endpoint === undefined || !(await agent.revoke(endpoint))) return;
  await unlessUnknown(api.publishDockerEndpoint(key, { ports: [] }, call.releaseOptions()));
}

/** Whether a port of the host that somebody wants leads to this endpoint. */
function hasPort(
  { agent: { state } }: Edge,
  { endpoint }: HostEndpointItem,
  wishes: readonly PortWish[],
): boolean {
  const published = [...state.items.values()].flatMap((item) =>
    item.kind === "published" && item.endpoint === endpoint ? item.ports : [],
  );
  return published.some(({ protocol, hostPort }) =>
    wishes.some(
      (wish) => wish.protocol === protocol && wish.firstHostPort <= hostPort && hostPort <= wish.lastHostPort,
    ),
  );
}

function reachedFrom({ publishFrom }: DockerEndpoint, wish: PortWish): PortWish {
  const from = publishFrom && sourcesOf(publishFrom, wish);
  return from === undefined ? wish : { ...wish, from: [...from] };
}

/** Docker's port maps; HostPort 0 leaves the choice to us, HostPortEnd makes a range of which one is taken. */
function portWishes(options: Readonly<Record<string, unknown>>): PortWish[] {
  const parsed = z.array(portMap).safeParse(options[portMapLabel] ?? []);
  if (!parsed.success)
    throw new FairwayError(
      "invalid",
      `The engine's port maps are not understood: ${z.prettifyError(parsed.error)}`,
    );
  return parsed.data.map(({ Proto, Port, HostIP, HostPort, HostPortEnd }) => ({
    protocol: protocols[Proto],
    port: Port,
    hostAddress: HostIP || null,
    firstHostPort: HostPort,
    lastHostPort: Math.max(HostPort, HostPortEnd),
  }));
}
