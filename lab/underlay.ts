import { runCommand } from "./command.ts";
import { enterNetwork } from "./host/enter.ts";
import { Machine, type MachineOptions } from "./host/machine.ts";

/** Name of a machine's port on the underlay's bridge. */
export const portName = (machine: string) => `lab-${machine}`;

/** A machine keeps its MAC addresses when it is switched off and on: that of its NIC, and of a bridge over it, must differ. */
export const macOf = (address: string, part: "nic" | "bridge") =>
  [
    "02",
    part === "nic" ? "00" : "01",
    ...address.split(".").map((part) => Number(part).toString(16).padStart(2, "0")),
  ].join(":");

/**
 * The wire between the lab's machines: a Linux bridge in a machine of its own, so that nothing is ever made in
 * the outer machine's network namespace. `tcpdump -i underlay` there sees everything.
 */
export class Underlay extends Machine {
  constructor(options: Omit<MachineOptions, "name" | "address" | "connect">) {
    super({ ...options, name: "underlay", address: "" });
  }

  override async powerOn(): Promise<void> {
    await super.powerOn();
    await this.run(["ip", "-batch", "-"], {
      input: "link add underlay type bridge mcast_snooping 0\nlink set underlay up\n",
    });
  }

  /**
   * Gives a machine an `eth0` on the bridge. What the bridge sends to it has complete checksums: the userspace
   * datapath of Open vSwitch drops what relies on a NIC to fill them in.
   */
  async plug(machine: Machine): Promise<void> {
    const port = portName(machine.name);
    // The kernel may not have removed the last boot's port yet.
    await this.sh(`ip link delete ${port} 2>/dev/null || true`);
    const link = [
      "link",
      "add",
      port,
      "type",
      "veth",
      "peer",
      "name",
      "eth0",
      "address",
      macOf(machine.address, "nic"),
    ];
    await runCommand(enterNetwork(this.pid, ["ip", ...link, "netns", String(machine.pid)]));
    await this.sh(`ethtool -K ${port} tx off >/dev/null; ip link set ${port} master underlay up`);
    await machine.sh("ethtool -K eth0 tx off >/dev/null; ip link set eth0 up");
  }

  /** Lets no frame pass to or from a machine. Its link stays up, as behind a broken switch. */
  async cut(machine: Machine): Promise<void> {
    await this.#setState(machine, "disabled");
  }

  async heal(machine: Machine): Promise<void> {
    await this.#setState(machine, "forwarding");
  }

  async #setState(machine: Machine, state: "disabled" | "forwarding"): Promise<void> {
    const number = { disabled: "0", forwarding: "3" }[state];
    await this.run(["bridge", "link", "set", "dev", portName(machine.name), "state", number]);
  }
}
