import { execFile } from "node:child_process";
import { after } from "node:test";
import { promisify } from "node:util";
import { v7 } from "uuid";
import { uplinkName } from "../../src/agent/ports/interface-names.ts";
import type { RunningAgent } from "../../src/agent/start.ts";
import type {
  HostAccessItem,
  HostDormantNetworkItem,
  HostItem,
  HostUplinkItem,
} from "../../src/center/schemas/host-state.ts";
import type { Chassis } from "./chassis.ts";
import { startNetwork } from "./private-network.ts";

const run = promisify(execFile);

/** What a shell prints in this process's network namespace; it must end within 10 s. */
export const sh = async (script: string) =>
  (await run("sh", ["-ec", script], { timeout: 10_000 })).stdout.trim();

interface Machine {
  readonly chassis: Chassis;
  readonly agent: RunningAgent;
}

/** A network that this host has no container on, led to others by this address. */
export function dormantNetworkItem(address: string, cidr: string): HostDormantNetworkItem {
  const network = v7();
  const engineId = "f".repeat(64);
  return {
    key: `dormant-network/${network}`,
    kind: "dormant-network",
    network,
    engineId,
    addresses: [address],
    cidrs: [cidr],
  };
}

/** A network with the same addresses as all others, its transit link, and a container on it; as control makes them. */
export async function makeNetwork({ chassis, agent }: Machine) {
  const network = v7();
  const [ifaceId, endpoint] = [v7(), v7()];
  const mac = "0a:00:00:00:00:02";
  const ends = ["169.254.77.1", "fdfa::1"];
  const routerEnd = { mac: "0a:00:00:00:00:01", addresses: ends };
  const item: HostUplinkItem = {
    key: `uplink/${network}`,
    kind: "uplink",
    network,
    name: "blue",
    mode: "nat",
    ifaceId,
    mac,
    addresses: ["169.254.77.2/30", "fdfa::2/126"],
    router: routerEnd,
    cidrs: ["10.1.0.0/24", "fd01::/64"],
    mtu: 1400,
  };
  const hostAccess: HostAccessItem = {
    ...item,
    key: `host-access/${network}`,
    kind: "host-access",
    mode: "nat",
    ifaceId: v7(),
    mac: "0a:00:00:00:00:03",
    addresses: ["169.254.80.2/20", "fdfa::1:2/116"],
    router: { ...routerEnd, addresses: ["169.254.80.1", "fdfa::1:1"] },
  };
  const [router, transit] = [`r-${network}`, `t-${network}`];
  const containerMac = "02:42:ac:11:00:0a";
  const words = `lr-add ${router} -- ls-add ${network} -- ls-add ${transit}
    -- lrp-add ${router} rp-${network} 0a:00:00:00:01:01 10.1.0.1/24 fd01::1/64
    -- lsp-add-router-port ${network} rp-${network}
    -- lrp-add ${router} tp-${network} ${routerEnd.mac} 169.254.77.1/30 fdfa::1/126 169.254.80.1/20 fdfa::1:1/116
    -- lsp-add-router-port ${transit} tp-${network}
    -- lsp-add ${transit} ${ifaceId} -- lsp-set-type ${ifaceId} localport
    -- lsp-set-addresses ${ifaceId} UPLINK
    -- lsp-add ${transit} ${hostAccess.ifaceId} -- lsp-set-addresses ${hostAccess.ifaceId} ACCESS
    -- lr-route-add ${router} 0.0.0.0/0 169.254.77.2 -- lr-route-add ${router} ::/0 fdfa::2
    -- lsp-add ${network} ${endpoint} -- lsp-set-addresses ${endpoint} ENDPOINT`
    .replaceAll(
      /lsp-add-router-port (\S+) (\S+)/g,
      (_, onto, port) =>
        `lsp-add ${onto} s${port} -- lsp-set-type s${port} router -- lsp-set-addresses s${port} router -- lsp-set-options s${port} router-port=${port}`,
    )
    .split(/\s+/)
    .map((word) => (word === "UPLINK" ? `${mac} 169.254.77.2 fdfa::2` : word))
    .map((word) => (word === "ACCESS" ? `${hostAccess.mac} 169.254.80.2 fdfa::1:2` : word))
    .map((word) => (word === "ENDPOINT" ? `${containerMac} 10.1.0.10 fd01::10` : word));
  await chassis.nbctl(...words);
  const endpointItem: HostItem = {
    key: `endpoint/${endpoint}`,
    kind: "endpoint",
    endpoint,
    network,
    mac: containerMac,
    mtu: 1400,
    addresses: ["10.1.0.10/24", "fd01::10/64"],
    engine: null,
    request: "",
  };
  const inside = await startNetwork();
  after(() => inside.kill("SIGKILL"));
  const { interfaceName } = await agent.plug(
    { endpoint, mac: containerMac, mtu: 1400, request: "" },
    AbortSignal.timeout(15_000),
  );
  await sh(`ip link set ${interfaceName} netns ${inside.pid}
    nsenter -t ${inside.pid} -n sh -ec 'ip link set lo up; ip link set ${interfaceName} up
      ip address add 10.1.0.10/24 dev ${interfaceName}; ip route add default via 10.1.0.1
      ip address add fd01::10/64 dev ${interfaceName} nodad; ip route add default via fd01::1'`);
  const enter = (script: string) => sh(`exec nsenter -t ${inside.pid} -n sh -ec '${script}'`);
  return { network, endpoint, items: [item, endpointItem], hostAccess, uplink: uplinkName(item), enter };
}
