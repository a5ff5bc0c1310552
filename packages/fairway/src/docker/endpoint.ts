import type { CreateEndpointRequest, EndpointRequest, NetworkDriver } from "@fairway/docker-plugin";
import type { DockerEndpoint, DockerEndpointRequest, EngineEndpointKey } from "../center/schemas/endpoint.ts";
import type { HostEndpointItem } from "../center/schemas/host-state.ts";
import { FairwayError, messageOf, unlessNotFound } from "../errors.ts";
import { bareAddress } from "../ip.ts";
import { publishFromOption } from "../publish-from.ts";
import { type Call, serve, unlessUnknown, whileUnderway } from "./call.ts";
import type { Edge } from "./edge.ts";
import { bindLease, endpointItem, leasedMac, noteLeaseToEnd } from "./endpoint-lease.ts";
import { askedMac, endpointOptions } from "./options.ts";
import { hasAddress, takingOver } from "./take-over.ts";

/** How long a half-made endpoint is tried to be taken back, after its caller got an error. */
const takeBackMs = 60_000;

/** Making, describing and removing an endpoint. */
export function endpointCalls(
  edge: Edge,
): Pick<NetworkDriver, "createEndpoint" | "deleteEndpoint" | "endpointOperInfo"> {
  const { api, agent, hostName, correlator, live, underway } = edge;
  return {
    createEndpoint: (request, context) => {
      const { Address, AddressIPv6, MacAddress } = request.Interface;
      const [id, ...others] = correlator.take([Address, AddressIPv6].filter((address) => address !== ""));
      const fields = { ...fieldsOf(request), ...(others.length > 0 && { alsoRequests: others }) };
      return serve(edge, context, { method: "CreateEndpoint", request: id, fields }, async (call) => {
        const endpoint = await whileUnderway(underway, request.EndpointID, () => create(edge, request, call));
        live.set(request.EndpointID, { request: call.request, endpoint });
        agent.prepare(portOf(endpoint, call.request));
        const { endpoint: uuid, network, mac, addresses } = endpoint;
        call.logger.info({ endpoint: uuid, network, mac, addresses }, "endpoint created");
        return MacAddress === "" ? { Interface: { MacAddress: mac } } : {};
      });
    },

    deleteEndpoint: (request, context) =>
      serve(
        edge,
        context,
        {
          method: "DeleteEndpoint",
          request: live.get(request.EndpointID)?.request,
          fields: fieldsOf(request),
        },
        async (call) => {
          const key = keyOf(hostName, request);
          const endpoint = await endpointHere(edge, key, call).catch((error: unknown) => {
            call.logger.warn({ error: messageOf(error) }, "the endpoint's port is left to the sweep");
            return undefined;
          });
          noteLeaseToEnd(edge, request.EndpointID);
          // The kernel takes some 20 ms to let a link go, for which no container needs to wait.
          const unplugged = endpoint === undefined ? undefined : agent.unplug(endpoint, call.request);
          unplugged?.catch((error: unknown) => {
            call.logger.warn({ error: messageOf(error) }, "the endpoint's port is left to the sweep");
          });
          await unlessUnknown(api.deleteDockerEndpoint(key, call.releaseOptions())).finally(() =>
            live.delete(request.EndpointID),
          );
          call.logger.info({ endpoint }, "endpoint deleted");
        },
      ),

    endpointOperInfo: (request, context) =>
      serve(
        edge,
        context,
        {
          method: "EndpointOperInfo",
          request: live.get(request.EndpointID)?.request,
          fields: fieldsOf(request),
        },
        async (call) => {
          const known = await knownEndpoint(edge, keyOf(hostName, request), call);
          return { Value: known === undefined ? {} : operInfo(known, hostName) };
        },
      ),
  };
}

/** What the center knows of an endpoint: from memory, else from the API; undefined where it knows none. */
export async function knownEndpoint(
  { api, live }: Edge,
  key: EngineEndpointKey,
  call: Call,
): Promise<DockerEndpoint | undefined> {
  const remembered = live.get(key.endpointId);
  if (remembered !== undefined) return remembered.endpoint;
  return unlessNotFound(api.showDockerEndpoint(key, call.options()));
}

/** The endpoint's UUID, for what takes it away: by what this host knows itself, else by the center's word. */
export async function endpointHere(
  { api, agent, live }: Edge,
  key: EngineEndpointKey,
  call: Call,
): Promise<string | undefined> {
  const remembered = live.get(key.endpointId);
  if (remembered !== undefined) return remembered.endpoint.endpoint;
  const item = endpointItem(agent.state.items.values(), key.endpointId);
  if (item !== undefined) return item.endpoint;
  return (await unlessNotFound(api.showDockerEndpoint(key, call.releaseOptions())))?.endpoint;
}

/** An endpoint's key, by which the center knows it, of a call of Docker's. */
export function keyOf(host: string, { NetworkID, EndpointID }: EndpointRequest): EngineEndpointKey {
  return { host, networkId: NetworkID, endpointId: EndpointID };
}

/** What the log says of a call of Docker's about an endpoint. */
export function fieldsOf({ NetworkID, EndpointID }: EndpointRequest) {
  return { networkId: NetworkID, endpointId: EndpointID };
}

/** What the agent has to plug. */
export function portOf({ endpoint, mac, mtu, hasPeers, isGuarded }: DockerEndpoint, request: string) {
  return { endpoint, mac, mtu, hasPeers, isGuarded, request };
}

function endpointRequest(
  { Interface, Options }: CreateEndpointRequest,
  { publishFrom }: Pick<Edge, "publishFrom">,
  request: string,
): DockerEndpointRequest {
  const mac = askedMac(Interface.MacAddress, Options);
  return {
    addresses: [Interface.Address, Interface.AddressIPv6]
      .filter((address) => address !== "")
      .map(bareAddress),
    ...(mac !== undefined && { mac }),
    options: {
      ...(publishFrom && { [publishFromOption]: publishFrom.join(",") }),
      ...endpointOptions(Options),
    },
    request,
  };
}

/** Docker sends no DeleteEndpoint after an error of CreateEndpoint: what may have been made has to be taken back here. */
async function create(edge: Edge, request: CreateEndpointRequest, call: Call): Promise<DockerEndpoint> {
  const { api, hostName, failpoints } = edge;
  const key = keyOf(hostName, request);
  const asked = endpointRequest(request, edge, call.request);
  const mac = asked.mac ?? leasedMac(edge, request);
  const wish = { ...asked, ...(mac !== undefined && { mac }) };
  const holds = (item: HostEndpointItem) => hasAddress(item, wish.addresses) || item.mac === wish.mac;
  try {
    const made = await takingOver(edge, call, holds, () =>
      api.createDockerEndpoint(key, wish, call.options()),
    );
    await failpoints?.reached("endpoint", call.signal);
    await bindLease(edge, made, call).catch(async (error: unknown) => {
      await unlessUnknown(api.deleteDockerEndpoint(key, call.releaseOptions()));
      throw error;
    });
    return made;
  } catch (error) {
    const surelyNothing = error instanceof FairwayError && !error.retryable;
    if (!surelyNothing) {
      const patience = { request: call.request, waitUntilAvailableMs: takeBackMs };
      unlessUnknown(api.deleteDockerEndpoint(key, patience)).catch((failure: unknown) =>
        call.logger.warn({ error: messageOf(failure) }, "a half-made endpoint is left to the sweep"),
      );
    }
    throw error;
  }
}

function operInfo({ endpoint, network, addresses, mac, mtu }: DockerEndpoint, host: string) {
  return {
    "fairway.endpoint": endpoint,
    "fairway.ovn-port": endpoint,
    "fairway.network": network,
    "fairway.host": host,
    "fairway.addresses": addresses,
    "fairway.mac": mac,
    "fairway.mtu": mtu,
  };
}
