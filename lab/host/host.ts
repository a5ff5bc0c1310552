import { existsSync } from "node:fs";
import { LabError } from "../errors.ts";
import { Daemon } from "./daemon.ts";
import {
  centerDaemons,
  type DaemonName,
  describeDaemons,
  ovsDaemons,
  ovsDatabase,
  southboundPort,
} from "./daemons.ts";
import { Machine, type MachineOptions } from "./machine.ts";
import { mountSmallDisk, type SmallDisk } from "./small-disk.ts";

export interface HostOptions extends MachineOptions {
  /** Whether it runs OVN's databases and northd. */
  isCenter: boolean;
  /** Address of the center host; without one ovn-controller has no database to talk to. */
  centerAddress: string | undefined;
  hasDocker: boolean;
  disk?: SmallDisk;
  /** Parent of its containers' cgroups. */
  cgroup: string;
}

export interface PowerOnOptions {
  without?: readonly ("fairway" | "dockerd")[];
}

/** The image that every host has: busybox with all its links. */
export const busyboxImage = "busybox:lab";

/** A machine with Open vSwitch, ovn-controller and Docker, on request also OVN's center. */
export class Host extends Machine {
  readonly isCenter: boolean;
  readonly #options: HostOptions;
  readonly #daemons: ReadonlyMap<DaemonName, Daemon>;

  constructor(options: HostOptions) {
    super(options);
    this.isCenter = options.isCenter;
    this.#options = options;
    const specs = describeDaemons(options.cgroup);
    const names: DaemonName[] = [
      ...ovsDaemons,
      ...(options.isCenter ? centerDaemons : []),
      ...(options.hasDocker ? (["dockerd", "fairway"] as const) : []),
    ];
    this.#daemons = new Map(names.map((name) => [name, new Daemon(this, name, specs[name])]));
  }

  get hasDocker(): boolean {
    return this.#options.hasDocker;
  }

  /** @throws LabError `invalid` when this host does not have the daemon. */
  daemon(name: DaemonName): Daemon {
    const daemon = this.#daemons.get(name);
    if (!daemon) throw new LabError("invalid", `${this.name} has no ${name}.`);
    return daemon;
  }

  /** Runs `docker` with these arguments and gives what it printed, trimmed. */
  async docker(...args: string[]): Promise<string> {
    const { stdout } = await this.run(["docker", ...args]);
    return stdout.trim();
  }

  /**
   * Boots and waits until every daemon of the host answers.
   * @param without daemons that a test starts itself, in an order of its own.
   */
  override async powerOn({ without = [] }: PowerOnOptions = {}): Promise<void> {
    if (this.isOn) return;
    await super.powerOn();
    if (this.#options.disk) await mountSmallDisk(this, this.#options.disk);
    await this.startDaemons(without);
  }

  /** Ends when they answer. */
  protected async startDaemons(without: NonNullable<PowerOnOptions["without"]>): Promise<void> {
    const startEngine = async () => {
      if (!without.includes("fairway")) await this.#startFairway();
      if (!without.includes("dockerd")) await this.#startDocker();
    };
    await Promise.all([this.#startSwitch(), this.#startCenter(), startEngine()]);
  }

  /**
   * The bridge has the host's address, and another MAC address than its NIC, or the kernel would take each packet twice: from the NIC and from
   * the bridge. So the NIC must not answer for that address: peers would keep the answer for minutes.
   */
  async #startSwitch(): Promise<void> {
    const firstBoot = !existsSync(`${this.rootPath}${ovsDatabase}`);
    await this.daemon("ovsdb-server").start();
    if (firstBoot) await this.#configureSwitch();
    await this.daemon("ovs-vswitchd").start();
    await this.sh(`
      ip -6 address flush dev eth0
      sysctl -qw net.ipv4.conf.eth0.arp_ignore=1
      ethtool -K br-phy tx off >/dev/null
      ip address replace ${this.address}/24 dev br-phy
      ip link set br-phy up`);
    await this.daemon("ovn-controller").start();
  }

  /** Says what this host is, once: what a test or a person changes afterwards stays changed. */
  async #configureSwitch(): Promise<void> {
    const { centerAddress } = this.#options;
    const remote = this.isCenter ? "unix:/run/ovn/ovnsb_db.sock" : `tcp:${centerAddress}:${southboundPort}`;
    const settings = [
      `system-id=${this.name}`,
      `hostname=${this.name}`,
      "ovn-encap-type=geneve",
      `ovn-encap-ip=${this.address}`,
      "ovn-bridge-datapath-type=netdev",
      ...(centerAddress === undefined ? [] : [`'ovn-remote="${remote}"'`]),
    ];
    const identity = settings.map((setting) => `external_ids:${setting}`).join(" ");
    await this.sh(`ovs-vsctl --no-wait init \
      -- set Open_vSwitch . ${identity} \
      -- add-br br-phy -- set Bridge br-phy datapath_type=netdev -- add-port br-phy eth0`);
  }

  async #startCenter(): Promise<void> {
    if (!this.isCenter) return;
    await Promise.all([this.daemon("ovnnb").start(), this.daemon("ovnsb").start()]);
    await this.daemon("ovn-northd").start();
  }

  /** Before Docker, as its unit is ordered, where it was set up before the machine was switched off. */
  async #startFairway(): Promise<void> {
    if (existsSync(`${this.rootPath}/etc/fairway/fairway.yaml`)) await this.daemon("fairway").start();
  }

  async #startDocker(): Promise<void> {
    if (!this.#options.hasDocker) return;
    await this.daemon("dockerd").start();
    await this.importImage();
  }

  /** Gives Docker the image, once. */
  protected async importImage(): Promise<void> {
    await this.sh(`
      docker image inspect ${busyboxImage} >/dev/null 2>&1 ||
      docker import --change 'CMD ["sh"]' /usr/share/fairway-lab/busybox.tar ${busyboxImage}`);
  }
}
