import type { DaemonName } from "../../lab/host/daemons.ts";
import type { Host } from "../../lab/host/host.ts";
import { startContainer } from "./docker-network.ts";

/** Something broken on a host of a lab, and how `fairway doctor` must name it. */
export interface Breakage {
  readonly what: string;
  readonly breaks: (host: Host) => Promise<unknown>;
  readonly mends: (host: Host) => Promise<unknown>;
  /** The one trouble that doctor names, with its mend. */
  readonly named: RegExp;
}

const vsctl = (settings: string) => (host: Host) => host.sh(`ovs-vsctl ${settings}`);
const started = (daemon: DaemonName) => (host: Host) => host.daemon(daemon).start();
const killed = (daemon: DaemonName) => (host: Host) => host.daemon(daemon).kill();

/** What doctor knows of a host with its center, one thing at a time. */
export const breakages: readonly Breakage[] = [
  {
    what: "ovn-controller was killed",
    breaks: killed("ovn-controller"),
    mends: started("ovn-controller"),
    named: /^fail ovn-controller: .*does not run.* → systemctl restart ovn-controller$/,
  },
  {
    what: "ovn-controller does not reach the Southbound",
    breaks: vsctl("set open . 'external_ids:ovn-remote=\"tcp:127.0.0.1:9\"'"),
    mends: vsctl("set open . 'external_ids:ovn-remote=\"unix:/run/ovn/ovnsb_db.sock\"'"),
    named: /^fail ovn-controller: .*not connected.* tcp:127\.0\.0\.1:9 → .*ovn-remote/,
  },
  {
    what: "ovs-vswitchd was stopped",
    breaks: (host) => host.daemon("ovs-vswitchd").stop(),
    mends: started("ovs-vswitchd"),
    named: /^fail ovs-vswitchd: .*does not run.* → systemctl restart ovs-vswitchd$/,
  },
  {
    what: "ovs-vswitchd hangs",
    breaks: (host) => host.daemon("ovs-vswitchd").kill("SIGSTOP"),
    mends: (host) => host.daemon("ovs-vswitchd").kill("SIGCONT"),
    named: /^fail ovs-vswitchd: .*does not answer within 3 s → systemctl restart ovs-vswitchd$/,
  },
  {
    what: "Open vSwitch's database was killed",
    breaks: killed("ovsdb-server"),
    mends: started("ovsdb-server"),
    named: /^fail Open vSwitch database: .*db\.sock.* → systemctl restart ovsdb-server$/,
  },
  {
    what: "northd was killed",
    breaks: killed("ovn-northd"),
    mends: started("ovn-northd"),
    named: /^fail ovn-northd: .*does not run.* → systemctl restart ovn-northd$/,
  },
  {
    what: "OVN's Northbound was killed",
    breaks: killed("ovnnb"),
    mends: started("ovnnb"),
    named: /^fail OVN Northbound: .*ovnnb_db\.sock.* → systemctl restart ovn-ovsdb-server-nb$/,
  },
  {
    what: "OVN's Southbound was killed",
    breaks: killed("ovnsb"),
    mends: started("ovnsb"),
    named: /^fail OVN Southbound: .*ovnsb_db\.sock.* → systemctl restart ovn-ovsdb-server-sb$/,
  },
  {
    what: "fairway was killed",
    breaks: killed("fairway"),
    mends: started("fairway"),
    named: /^fail fairway: does not run on this machine → systemctl start fairway$/,
  },
  {
    what: "dockerd was killed",
    breaks: killed("dockerd"),
    mends: started("dockerd"),
    named: /^fail docker: .*docker\.sock.* → systemctl start docker$/,
  },
  {
    what: "the integration bridge was removed, and OVN uses another one",
    breaks: vsctl("set open . external_ids:ovn-bridge=br-other -- del-br br-int"),
    mends: vsctl("set open . external_ids:ovn-bridge=br-int -- --if-exists del-br br-other"),
    named: /^fail integration bridge: OVN uses br-other, .* → ovs-vsctl set .*ovn-bridge=br-int$/,
  },
  {
    what: "the plugin's socket was removed",
    breaks: (host) => host.sh("rm /run/docker/plugins/fairway.sock"),
    mends: async (host) => {
      await host.daemon("fairway").stop();
      await host.daemon("fairway").start();
    },
    named: /^fail plugin socket: .*no such socket → systemctl restart fairway$/,
  },
  {
    what: "everybody may use the API's socket",
    breaks: (host) => host.sh("chmod 0666 /run/fairway/api.sock"),
    mends: (host) => host.sh("chown root /run/fairway/api.sock && chmod 0600 /run/fairway/api.sock"),
    named: /^fail permissions: .*mode 0666 → chown root .* && chmod 0600 \/run\/fairway\/api\.sock$/,
  },
  {
    what: "a setting of the chassis is missing",
    breaks: vsctl("remove open . external_ids ovn-encap-type"),
    mends: vsctl("set open . external_ids:ovn-encap-type=geneve"),
    named: /^fail chassis settings: .*ovn-encap-type → ovs-vsctl set .*ovn-encap-type=/,
  },
  {
    what: "the tunnel's address is another machine's",
    breaks: vsctl("set open . external_ids:ovn-encap-ip=10.200.0.99"),
    mends: (host) => host.sh(`ovs-vsctl set open . external_ids:ovn-encap-ip=${host.address}`),
    named: /^fail tunnel address: no link .* has 10\.200\.0\.99 → ovs-vsctl set .*ovn-encap-ip=/,
  },
  {
    what: "a container's link offloads checksums",
    breaks: async (host) => {
      await startContainer(host, "db", "blue");
      const index = await host.docker("exec", "db", "cat", "/sys/class/net/eth0/iflink");
      await host.sh(`ethtool -K $(ip -o link | sed -n 's/^${index}: \\([^@]*\\)@.*/\\1/p') tx on`);
    },
    mends: (host) => host.docker("rm", "--force", "db"),
    named: /^fail checksum offload: on at fw.* → for link in fw.*ethtool -K/,
  },
  {
    what: "a link was left behind",
    breaks: (host) =>
      host.sh(`ip link add fw00000000000 type veth peer name fc00000000000
        ethtool -K fw00000000000 tx off >/dev/null
        ip link set fw00000000000 alias 'fairway 00000000-0000-4000-8000-000000000000'`),
    mends: (host) => host.sh("ip link del fw00000000000"),
    named: /^warn leftovers: of endpoints that are gone: 00000000 → fairway cleanup$/,
  },
];

/** Breakages of a host whose center is elsewhere: that one refuses its word for so small an underlay, and lowers no network. Network blue is there. */
export const breakagesOfJoinedHost: readonly Breakage[] = [
  {
    what: "a network's packets do not fit through the underlay",
    breaks: async (host) => {
      await startContainer(host, "db", "blue");
      await host.sh("ip link set br-phy mtu 1300");
    },
    mends: (host) => host.sh("ip link set br-phy mtu 1500; docker rm --force db"),
    named: /^fail MTU: br-phy has 1300.* blue has 1442.* → ip link set br-phy mtu 1500/,
  },
  {
    what: "the center does not take the underlay's new size",
    breaks: (host) => host.sh("ip link set br-phy mtu 1300"),
    mends: (host) => host.sh("ip link set br-phy mtu 1500"),
    named: /^fail MTU: br-phy has 1300, and the center counts with 1500.* → ip link set br-phy mtu 1500/,
  },
];
