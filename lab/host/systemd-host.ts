import { copyFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { macOf } from "../underlay.ts";
import { until } from "../until.ts";
import { Host, type HostOptions } from "./host.ts";
import type { Machine } from "./machine.ts";

export type SystemdHostOptions = Omit<
  HostOptions,
  "isCenter" | "centerAddress" | "hasDocker" | "systemdCgroup"
>;

/** What a boot or a shutdown takes at most, with everything that units wait for. */
const patienceMs = 180_000;

/**
 * A host that boots systemd: Docker, Open vSwitch and OVN are started by their own units, as their packages enable them, and the network by
 * ifupdown. Nothing on it knows of Fairway before somebody installs it.
 */
export class SystemdHost extends Host {
  constructor(options: SystemdHostOptions) {
    super({
      ...options,
      isCenter: false,
      centerAddress: undefined,
      hasDocker: true,
      systemdCgroup: options.cgroup,
      // systemd waits for the NIC: what is written before it is there was there at the boot.
      connect: async (machine) => {
        await finishInstallation(machine);
        await options.connect?.(machine);
      },
    });
  }

  /** Waits until systemd is through with what it starts at boot; `bootState` says whether all of it started. */
  protected override async startDaemons(): Promise<void> {
    const isBooted = async () => /^(running|degraded)$/.test(await this.bootState());
    await until(`${this.name} to boot`, isBooted, { timeoutMs: patienceMs, everyMs: 50 });
    const { code } = await this.run(["systemctl", "is-active", "docker"], { check: false });
    if (code === 0) await this.importImage();
  }

  /** systemd's word for the whole machine: `running`, or `degraded` where a unit failed (systemctl(1), is-system-running). */
  async bootState(): Promise<string> {
    const { stdout } = await this.run(["systemctl", "is-system-running"], { check: false });
    return stdout.trim();
  }

  /** Ends every service in order and boots anew, as a person does it. */
  async reboot(): Promise<void> {
    const { pid } = this;
    await this.run(["systemctl", "reboot"], { check: false }); // it may end with the machine
    await until(`${this.name} to shut down`, () => !this.isOn || this.pid !== pid, { timeoutMs: patienceMs });
    await this.powerOn();
  }

  /**
   * Installs a package from a file of the outer machine, as a person does; gives what apt printed.
   *
   * @param flags of apt-get's.
   * @throws LabError `command-failed`.
   */
  async install(file: string, ...flags: readonly string[]): Promise<string> {
    await copyFile(file, `${this.rootPath}/tmp/${basename(file)}`);
    const script = `cd /tmp; apt-get install --yes ${flags.join(" ")} ./${basename(file)} 2>&1`;
    return this.sh(script, { env: { DEBIAN_FRONTEND: "noninteractive" }, timeoutMs: 120_000 });
  }
}

/**
 * Writes what an installer would have: an id, without which systemd would take this for the first boot and enable whatever there is; the host's address on a bridge of Open vSwitch's userspace datapath, because the lab's kernel has no other,
 * made by the package's own script for ifupdown (openvswitch-switch's README.Debian). Lets packages start their services, which trees do not.
 */
async function finishInstallation(machine: Machine): Promise<void> {
  const { address, name, rootPath } = machine;
  await writeFile(`${rootPath}/etc/network/interfaces`, interfacesOf(address));
  await writeFile(`${rootPath}/etc/hosts`, `127.0.0.1\tlocalhost\n::1\tlocalhost\n${address}\t${name}\n`);
  await machine.sh(`
    test -e /etc/machine-id || tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
    mkdir -p /var/log/journal
    rm --force /usr/sbin/policy-rc.d`);
}

/** Where the lab's outside is, in a lab that has one. */
const gateway = "10.200.0.254";

/** interfaces(5). The NIC answers nobody: see `Host`'s own bridge. */
const interfacesOf = (address: string) => `auto lo
iface lo inet loopback

auto br-phy
iface br-phy inet static
  address ${address}/24
  gateway ${gateway}
  ovs_type OVSBridge
  ovs_ports eth0
  ovs_extra set bridge br-phy datapath_type=netdev other_config:hwaddr=${macOf(address, "bridge")}
  up ethtool -K br-phy tx off

allow-br-phy eth0
iface eth0 inet manual
  ovs_bridge br-phy
  ovs_type OVSPort
  up sysctl -qw net.ipv4.conf.eth0.arp_ignore=1
  up ip -6 address flush dev eth0
`;
