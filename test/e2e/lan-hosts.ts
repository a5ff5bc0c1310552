import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { createNetwork, hasNetwork, removeAll, removeNetworks } from "./docker-network.ts";
import { hasDocker28, variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";
import { Wire } from "./wire.ts";

/** The LAN's own machines: one behind an access port of VLAN 1000, one on the wire without a tag, by an Open vSwitch bridge of its own. */
const makePeers = `
  ovs-vsctl add-br br-peer -- set Bridge br-peer datapath_type=netdev -- add-port br-peer peer-nic \\
    -- add-port br-peer peer0 tag=1000 -- set Interface peer0 type=internal \\
    -- add-port br-peer peer1 -- set Interface peer1 type=internal
  ip link set peer-nic up
  for at in 0 1; do
    ip netns add peer$at; ip link set peer$at netns peer$at
    ip -n peer$at link set peer$at up; ip -n peer$at link set lo up
    ip netns exec peer$at ethtool -K peer$at tx off >/dev/null
  done
  ip -n peer0 address add 10.50.0.1/24 dev peer0
  ip -n peer1 address add 10.60.0.1/24 dev peer1`;

/** The hosts' name server: there is none. */
const nobody = "192.0.2.53";

/** What its DHCP server has for machines of VLAN 1000, and for those without a tag; dnsmasq's options. */
export const [inVlan, untagged] = [
  [
    "dhcp-range=10.50.0.100,10.50.0.150,255.255.255.0,2m",
    "dhcp-option=3,10.50.0.1",
    "dhcp-option=121,0.0.0.0/0,10.50.0.1,172.16.7.0/24,10.50.0.1",
    "dhcp-option=58,15",
  ],
  ["dhcp-range=10.60.0.100,10.60.0.150,255.255.255.0,2m", "dhcp-option=3,10.60.0.1"],
];

const ofVlan = ["-o", "physicalnetwork=office", "-o", "vlanid=1000", "-o", "ipam=dhcp"];
const subnet = ["--subnet", "10.50.0.0/24", "--gateway", "10.50.0.254"];

/** Two hosts on the wire of a LAN that has machines of its own. */
export class LanHosts implements AsyncDisposable {
  readonly lab: Lab;
  readonly h1: Host;
  readonly h2: Host;
  #clean: readonly string[] = [];

  private constructor(lab: Lab) {
    this.lab = lab;
    [this.h1, this.h2] = [lab.host("h1"), lab.host("h2")];
  }

  /** Resolves when Fairway runs on both. */
  static async start(): Promise<LanHosts> {
    const hosts = new LanHosts(await Lab.start({ hosts: 2, variant }));
    const { lab, h1, both } = hosts;
    for (const host of both) {
      await host.sh(`echo nameserver ${nobody} >/etc/resolv.conf`);
      if (!hasDocker28) continue;
      await host.sh(`mkdir -p /etc/docker; echo '{"dns":["${nobody}"]}' >/etc/docker/daemon.json`);
      await host.daemon("dockerd").stop();
      await host.daemon("dockerd").start();
    }
    const wire = await Wire.lay(lab);
    for (const host of both) await wire.plug(host, "eth1");
    await wire.plug(h1, "peer-nic");
    await h1.sh(makePeers);
    await startFairway(lab);
    hosts.#clean = await Promise.all(both.map((host) => tracesOf(host)));
    return hosts;
  }

  get both(): readonly Host[] {
    return [this.h1, this.h2];
  }

  /** Waits until both are on the physical network. */
  async areOnWire(): Promise<void> {
    for (const host of this.both)
      await until("the bridge mapping", async () =>
        /fairway-/.test(await host.sh("ovs-vsctl get Open_vSwitch . external_ids")),
      );
  }

  /** The network blue in VLAN 1000, whose server gives the addresses. */
  async makeVlanNetwork(): Promise<void> {
    const { h1, h2 } = this;
    await h1.sh("fairway physical-network create office --type vlan --range 1000-1001");
    await h1.sh("fairway physical-port create office eth1");
    await this.areOnWire();
    await createNetwork(h1, "blue", ...subnet, ...ofVlan);
    await hasNetwork(h2, "blue");
  }

  /** What a container's endpoint says of itself beside its data; nothing where all is well. */
  async statusOf(container: string): Promise<readonly string[]> {
    const endpoints: { engine: { containerName: string } | null; status: Record<string, string> }[] =
      JSON.parse(await this.h1.sh("fairway endpoint ls -o json"));
    return Object.values(endpoints.find(({ engine }) => engine?.containerName === container)?.status ?? {});
  }

  /** Removes what a test made; both are as they were. */
  async clear(): Promise<void> {
    const { h1, h2 } = this;
    await removeAll(h2, ["db"], []);
    await removeAll(h1, ["web", "web2"], []);
    await removeNetworks(h1, "blue");
    await h1.sh("for net in office lan; do fairway physical-port rm $net eth1; done 2>/dev/null || true");
    await h1.sh("for net in office lan; do fairway physical-network rm $net; done 2>/dev/null || true");
    for (const [index, host] of this.both.entries()) await becomes(host, this.#clean[index] ?? "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab[Symbol.asyncDispose]();
  }
}
