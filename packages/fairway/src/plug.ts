import { Links } from "./agent/ports/links.ts";
import { configure, findPlace, moveIn } from "./agent/ports/namespace-link.ts";
import { Plugger } from "./agent/ports/plugger.ts";
import { namespacePorts } from "./agent/ports/port-kind.ts";
import { Ports } from "./agent/ports/ports.ts";
import { ApiClient } from "./api/client.ts";
import { targetOf } from "./api/connection.ts";
import type { Port } from "./center/schemas/port.ts";
import type { Config } from "./config/schema.ts";
import { FairwayError } from "./errors.ts";
import { Netlink } from "./host/netlink/netlink.ts";
import { openOpenVSwitch } from "./host/open-vswitch/open-vswitch.ts";
import { routerMac } from "./identity.ts";
import { silent } from "./logger.ts";

/** How long Open vSwitch's database is waited for. */
const answerBoundMs = 5_000;
/** And the port's way to be in place. */
const boundMs = 30_000;

export interface PlugRequest {
  /** A name or a UUID. */
  readonly port: string;
  /** A name of `ip netns`, or the path of a file, e.g. /proc/4711/ns/net. */
  readonly namespace: string;
  /** Of the interface in the namespace. */
  readonly name: string;
  /** Whether a client in the namespace asks for the addresses. */
  readonly dhcp: boolean;
}

/** A port as it is plugged on this host. */
export interface NamespacePort {
  readonly port: string;
  readonly uuid: string;
  readonly network: string;
  readonly host: string;
  readonly namespace: string;
  readonly name: string;
  readonly mac: string;
  /** With prefix lengths; none where a client asks for them. */
  readonly addresses: readonly string[];
}

/** What plugging needs of this host. */
interface Here {
  readonly api: ApiClient;
  readonly netlink: Netlink;
  readonly plugger: Plugger;
}

/**
 * `fairway port plug`: an interface of a network namespace of this host becomes a port of the cluster. May be repeated.
 * @throws `conflict` where the port is plugged elsewhere, or may not be here; `timeout` where OVN does not take it in time.
 */
export async function plugPort(config: Config, request: PlugRequest): Promise<NamespacePort> {
  await using stack = new AsyncDisposableStack();
  const { api, netlink, plugger } = await open(config, stack);
  const here = config.host.name;
  const port = await api.showPort({ reference: request.port });
  checkHost(port, here);
  const namespace = request.namespace.includes("/") ? request.namespace : `/run/netns/${request.namespace}`;
  const place = { port: port.uuid, namespace, name: request.name };
  const isMine = (await findPlace(netlink, place)) === "own";
  const signal = AbortSignal.timeout(boundMs);
  try {
    await plugger.plug(toPlug(port), signal);
    await moveIn(netlink, place);
    const addresses = request.dhcp ? [] : port.addresses;
    await configure({ ...place, addresses, gateways: port.gateways, routes: port.routes });
    const { name, uuid, mac, network } = port;
    return {
      port: name,
      uuid,
      network: network.name,
      host: here,
      namespace,
      name: request.name,
      mac,
      addresses,
    };
  } catch (error) {
    // What was not there before is not there afterwards either.
    if (!isMine) await plugger.unplug(port.uuid).catch(() => undefined);
    throw error;
  }
}

/**
 * `fairway port unplug`: takes away what `plugPort` made on this host. What is gone already is a success.
 * @throws `not_found` where neither the center nor this host has such a port.
 */
export async function unplugPort(
  config: Config,
  reference: string,
): Promise<{ readonly port: string; readonly uuid: string }> {
  await using stack = new AsyncDisposableStack();
  const { api, netlink, plugger } = await open(config, stack);
  const { name, uuid, host } = await api.showPort({ reference });
  const { host: end } = namespacePorts.linkNames(uuid);
  const isHere = (await new Links(netlink, namespacePorts).find(end)) !== undefined;
  if (!isHere && host !== null && host !== config.host.name)
    throw new FairwayError("conflict", `port ${name} is plugged on host ${host}: unplug it there`);
  await plugger.unplug(uuid);
  return { port: name, uuid };
}

/** @throws `conflict` where the port is another host's. */
function checkHost({ name, host, pinned, plugged }: Port, here: string): void {
  if (host === null || host === here) return;
  if (pinned)
    throw new FairwayError("conflict", `port ${name} may be plugged on host ${host} alone; this is ${here}`);
  if (plugged)
    throw new FairwayError("conflict", `port ${name} is plugged on host ${host}: unplug it there first`);
}

function toPlug({ uuid, mac, mtu, network, hasPeers, isGuarded, request }: Port) {
  return { endpoint: uuid, mac, mtu, request, hasPeers, isGuarded, advertiser: routerMac(network.uuid) };
}

async function open(config: Config, stack: AsyncDisposableStack): Promise<Here> {
  const netlink = stack.use(new Netlink());
  const { socket, bridge } = config.openvswitch;
  const openVSwitch = stack.use(openOpenVSwitch(socket, silent));
  const api = stack.use(new ApiClient(targetOf(config.api)));
  const links = new Links(netlink, namespacePorts);
  const ports = new Ports(openVSwitch, bridge, namespacePorts);
  const plugger = stack.use(new Plugger({ links, ports, api, logger: silent }));
  await openVSwitch.replica.synced(AbortSignal.timeout(answerBoundMs)).catch((cause: unknown) => {
    const text = `Open vSwitch's database at ${socket} does not answer; is ovsdb-server running?`;
    throw new FairwayError("unavailable", text, { cause });
  });
  return { api, netlink, plugger };
}
