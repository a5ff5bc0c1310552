import { runCommand } from "../../lab/command.ts";
import { enterNetwork } from "../../lab/host/enter.ts";
import type { Machine } from "../../lab/host/machine.ts";
import type { Lab } from "../../lab/lab.ts";

/** A second wire of a lab, apart from the one that carries the tunnels: a bridge that passes every frame, tagged or not. */
export class Wire {
  readonly #lab: Lab;
  readonly bridge: string;

  private constructor(lab: Lab, bridge: string) {
    this.#lab = lab;
    this.bridge = bridge;
  }

  static async lay(lab: Lab, bridge = "wire"): Promise<Wire> {
    await lab.underlay.sh(`ip link add ${bridge} type bridge mcast_snooping 0 && ip link set ${bridge} up`);
    return new Wire(lab, bridge);
  }

  /** Gives a machine an interface on it, without an address; one that it had there before its next boot goes. */
  async plug(machine: Machine, nic: string): Promise<void> {
    const { underlay } = this.#lab;
    const port = `${this.bridge}-${machine.name}-${nic}`.slice(-15);
    const link = ["link", "add", port, "type", "veth", "peer", "name", nic, "netns", String(machine.pid)];
    await underlay.run(["ip", "link", "del", port], { check: false });
    await runCommand(enterNetwork(underlay.pid, ["ip", ...link]));
    await underlay.sh(`ethtool -K ${port} tx off >/dev/null; ip link set ${port} master ${this.bridge} up`);
    await machine.sh(`ethtool -K ${nic} tx off >/dev/null; sysctl -qw net.ipv6.conf.${nic}.disable_ipv6=1`);
  }
}
