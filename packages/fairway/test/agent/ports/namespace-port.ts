import { randomUUID } from "node:crypto";
import { Links } from "../../../src/agent/ports/links.ts";
import { Plugger } from "../../../src/agent/ports/plugger.ts";
import { namespacePorts } from "../../../src/agent/ports/port-kind.ts";
import { Ports } from "../../../src/agent/ports/ports.ts";
import type { HostPortItem } from "../../../src/center/schemas/host-state.ts";
import type { Port } from "../../../src/center/schemas/port.ts";
import { Netlink } from "../../../src/host/netlink/netlink.ts";
import { openOpenVSwitch } from "../../../src/host/open-vswitch/open-vswitch.ts";
import type { Chassis } from "../chassis.ts";
import { quiet, type StubCenter } from "../stub-center.ts";

/** Does what `fairway port plug` does before anything goes into the namespace, in a process of its own as it were; the center has the port. */
export async function plugNamespacePort(chassis: Chassis, center: StubCenter): Promise<Port> {
  const uuid = randomUUID();
  const mac = `0a:00:00:00:01:${uuid.slice(0, 2)}`;
  await chassis.nbctl("--may-exist", "ls-add", "namespaces");
  await chassis.nbctl("lsp-add", "namespaces", uuid, "--", "lsp-set-addresses", uuid, mac);
  const port: Port = {
    uuid,
    name: "vm1",
    ifaceId: uuid,
    network: { uuid: randomUUID(), name: "blue" },
    organization: null,
    mac,
    mtu: 1400,
    addresses: [],
    gateways: [],
    routes: [],
    dns: [],
    host: null,
    pinned: false,
    plugged: false,
    hasPeers: false,
    isGuarded: false,
    labels: {},
    options: {},
    revision: "8899aabbccddeeff",
    request: "request-vm1",
    status: {},
  };
  center.ports.set(uuid, port);
  using netlink = new Netlink();
  await using openVSwitch = openOpenVSwitch(chassis.openvswitchSocket, quiet);
  await openVSwitch.replica.synced();
  await using plugger = new Plugger({
    links: new Links(netlink, namespacePorts),
    ports: new Ports(openVSwitch, "br-int", namespacePorts),
    api: center,
    logger: quiet,
  });
  const { request, mtu } = port;
  await plugger.plug({ endpoint: uuid, mac, mtu, request }, AbortSignal.timeout(20_000));
  return port;
}

/** The port as the host's state has it where the center has seen it here. */
export function portItem({ uuid, name, network, mac, mtu, request }: Port): HostPortItem {
  return {
    key: `port/${uuid}`,
    kind: "port",
    endpoint: uuid,
    name,
    network: network.uuid,
    mac,
    mtu,
    request,
  };
}
