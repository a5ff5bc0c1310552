import { resolve } from "node:path";
import { labCgroup } from "./cgroups.ts";
import { LabError } from "./errors.ts";
import { Host } from "./host/host.ts";
import { Machine } from "./host/machine.ts";
import type { SmallDisk } from "./host/small-disk.ts";
import { SystemdHost } from "./host/systemd-host.ts";
import { identifyProcess } from "./identity.ts";
import {
  createRecord,
  type HostRecord,
  type LabRecord,
  machineDirectory,
  readRecord,
  removeLab,
  sweepDeadLabs,
} from "./record.ts";
import { ensureTree, type Variant } from "./trees/tree.ts";
import { Underlay } from "./underlay.ts";

/** Directory of the checkout that this file is in. */
export const checkout = resolve(import.meta.dirname, "..");

export interface HostSpec {
  name: string;
  /** Default: the lab's. */
  variant?: Variant;
  /** Whether it runs OVN's databases and northd. Default: the first host does, unless any host says so. */
  center?: boolean;
  /** Whether it runs dockerd. Default: yes. */
  docker?: boolean;
  /** A small file system of its own, which can be full while the rest of the host has room. Default: none. */
  disk?: SmallDisk;
}

export interface LabOptions {
  /** Default: one that no other lab has. */
  name?: string;
  /** A number makes hosts `h1`, `h2`, …; at most 200. */
  hosts: number | readonly HostSpec[];
  /** Default: `debian12`. */
  variant?: Variant;
  /**
   * Who starts the hosts' daemons: the lab, one by one, or systemd on each of them by the packages' units; then no host has a center before
   * Fairway makes one. Default: `lab`.
   */
  machines?: "lab" | "systemd";
  /** Whether there is a plain Linux machine on the underlay as well. Default: no. */
  outside?: boolean;
  /** Whether the lab goes on when this process ends, until `lab/down`. Default: whether FAIRWAY_LAB_KEEP is set. */
  keep?: boolean;
}

/** Several real hosts with Docker, Open vSwitch and OVN on this machine, joined by an underlay. */
export class Lab implements AsyncDisposable {
  static #started = 0;

  readonly name: string;
  readonly hosts: readonly Host[];
  readonly underlay: Underlay;
  readonly #outside: Machine | undefined;
  readonly #keep: boolean;

  private constructor(record: LabRecord) {
    this.name = record.name;
    this.#keep = record.keep;
    const common = (machine: string) => ({
      directory: machineDirectory(record.name, machine),
      checkout,
      persistent: this.#keep,
    });
    this.underlay = new Underlay({ ...common("underlay"), tree: record.underlay.tree });
    const centerAddress = record.hosts.find(({ isCenter }) => isCenter)?.address;
    this.hosts = record.hosts.map((host) => {
      const options = {
        ...host,
        ...common(host.name),
        cgroup: `${labCgroup(record.name)}/${host.name}`,
        connect: (machine: Machine) => this.underlay.plug(machine),
      };
      return record.machines === "systemd"
        ? new SystemdHost(options)
        : new Host({ ...options, centerAddress });
    });
    this.#outside =
      record.outside &&
      new Machine({
        ...record.outside,
        ...common("outside"),
        name: "outside",
        connect: async (machine) => {
          await this.underlay.plug(machine);
          await machine.run(["ip", "address", "add", `${machine.address}/24`, "dev", "eth0"]);
        },
      });
  }

  /**
   * Starts a lab and waits until its hosts are ready: daemons answer, images are there, every chassis is known to OVN.
   * Trees that are missing are built first. What a crashed run left on the machine is removed.
   */
  static async start(options: LabOptions): Promise<Lab> {
    await sweepDeadLabs();
    const record = await describe(options, `run${process.pid}-${++Lab.#started}`);
    await createRecord(record);
    const lab = new Lab(record);
    try {
      await lab.#powerOn();
      return lab;
    } catch (error) {
      if (!lab.#keep) await lab.stop();
      throw error;
    }
  }

  /**
   * Gives a lab that another process started.
   *
   * @throws LabError `no-such-lab`.
   */
  static async open(name: string): Promise<Lab> {
    return new Lab(await readRecord(name));
  }

  /** @throws LabError `no-such-host`. */
  host(name: string): Host {
    const host = this.hosts.find((host) => host.name === name);
    if (!host) throw new LabError("no-such-host", `The lab "${this.name}" has no host "${name}".`);
    return host;
  }

  /** @throws LabError `no-such-host`, also when it does not boot systemd. */
  systemdHost(name: string): SystemdHost {
    const host = this.host(name);
    if (host instanceof SystemdHost) return host;
    throw new LabError("no-such-host", `${name} of the lab "${this.name}" does not boot systemd.`);
  }

  /** @throws LabError `no-such-host` when it was started without. */
  get outside(): Machine {
    if (!this.#outside) throw new LabError("no-such-host", `The lab "${this.name}" has no outside.`);
    return this.#outside;
  }

  /** Everything on the underlay. */
  get machines(): readonly Machine[] {
    return this.#outside ? [...this.hosts, this.#outside] : this.hosts;
  }

  /** Parts a host from all others, silently: its link stays up. */
  async cut(machine: Machine): Promise<void> {
    await this.underlay.cut(machine);
  }

  async heal(machine: Machine): Promise<void> {
    await this.underlay.heal(machine);
  }

  /** Copies all machines' logs to a directory. */
  async collect(directory: string): Promise<void> {
    await Promise.all(this.machines.map((machine) => machine.collect(directory)));
  }

  /** Ends the lab and removes everything of it. */
  async stop(): Promise<void> {
    await removeLab(this.name);
  }

  /** Stops the lab unless it is to be kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#keep) await this.stop();
    else process.stderr.write(`Kept: lab/enter ${this.name}/${this.hosts[0]?.name}, lab/down ${this.name}\n`);
  }

  async #powerOn(): Promise<void> {
    await this.underlay.powerOn();
    // All are waited for, also after a failure: a machine that boots during the removal would be missed.
    const boots = await Promise.allSettled(this.machines.map((machine) => machine.powerOn()));
    for (const boot of boots) if (boot.status === "rejected") throw boot.reason;
    const center = this.hosts.find(({ isCenter }) => isCenter);
    if (center) await Promise.all(this.hosts.map((host) => waitForChassis(center, host)));
  }
}

const underlayNetwork = "10.200.0";

async function describe(options: LabOptions, unusedName: string): Promise<LabRecord> {
  const { name = unusedName, hosts, variant = "debian12", machines = "lab", outside = false } = options;
  const keep = options.keep ?? Boolean(process.env["FAIRWAY_LAB_KEEP"]);
  const specs =
    typeof hosts === "number"
      ? Array.from({ length: hosts }, (_, i): HostSpec => ({ name: `h${i + 1}` }))
      : hosts;
  checkNames(name, specs);

  const defaultTree = await ensureTree(variant);
  const anySays = specs.some(({ center }) => center !== undefined);
  const hostRecords: HostRecord[] = [];
  for (const [index, spec] of specs.entries()) {
    hostRecords.push({
      name: spec.name,
      tree: spec.variant ? await ensureTree(spec.variant) : defaultTree,
      address: `${underlayNetwork}.${index + 1}`,
      isCenter: machines === "lab" && (anySays ? spec.center === true : index === 0),
      hasDocker: spec.docker ?? true,
      ...(spec.disk && { disk: spec.disk }),
    });
  }
  const owner = identifyProcess(process.pid);
  if (!owner) throw new LabError("invalid", "This process cannot find itself: is /proc mounted?");
  return {
    name,
    owner,
    checkout,
    keep,
    machines,
    hosts: hostRecords,
    ...(outside && { outside: { tree: defaultTree, address: `${underlayNetwork}.254` } }),
    underlay: { tree: defaultTree },
  };
}

function checkNames(lab: string, hosts: readonly HostSpec[]): void {
  if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(lab)) {
    throw new LabError("invalid", `"${lab}" is not a lab's name: up to 31 of a-z, 0-9 and "-".`);
  }
  const names = hosts.map(({ name }) => name);
  const reserved = ["outside", "underlay"];
  for (const [index, name] of names.entries()) {
    // `lab-<name>` must fit into 15 characters (IFNAMSIZ).
    if (!/^[a-z][a-z0-9-]{0,10}$/.test(name) || reserved.includes(name) || names.indexOf(name) !== index) {
      throw new LabError(
        "invalid",
        `"${name}" cannot be a host's name: up to 11 of a-z, 0-9 and "-", used once.`,
      );
    }
  }
  if (hosts.length < 1 || hosts.length > 200) throw new LabError("invalid", "A lab has 1 to 200 hosts.");
}

async function waitForChassis(center: Host, { name }: Host): Promise<void> {
  await center.run(["ovn-sbctl", "--timeout=30", "wait-until", "Chassis", name]);
}
