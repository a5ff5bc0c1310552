import assert from "node:assert/strict";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import type { Machine } from "../../lab/host/machine.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { createNetwork, removeAll, startContainer } from "./docker-network.ts";
import { allowFailpoints } from "./failpoint.ts";
import { Session } from "./session.ts";
import { variant } from "./settings.ts";
import { SystemdMachines } from "./systemd-machines.ts";
import { becomes, tracesOf } from "./traces.ts";
import { Wire } from "./wire.ts";

/** What the host has on the wire: a management address of each family, and routes by the wire's router. */
export const configure = `
  sysctl -qw net.ipv6.conf.eth1.disable_ipv6=0; ip link set eth1 up
  ip address replace 10.70.0.2/24 broadcast 10.70.0.255 dev eth1 label eth1:lan; ip address replace 10.71.0.2/24 dev eth1
  ip address replace fd70::2/64 dev eth1 nodad
  ip route replace 10.99.0.0/16 via 10.70.0.1 metric 50 mtu 1400; ip route replace default via 10.70.0.1 metric 900 src 10.70.0.2
  ip -6 route replace fd99::/64 via fd70::1 metric 60; ip neighbour replace 10.70.0.77 lladdr 02:00:00:00:00:77 dev eth1`;

/** All of it, as iproute2 shows it. */
const show = `
  for link in eth1 $(ovs-vsctl list-br | grep fw-br || true); do
    ip -o address show dev $link | grep -v ' fe80:' | sed 's/^[0-9]*: //; s/valid_lft.*//; s/  */ /g' || true
    ip route show dev $link; ip -6 route show dev $link | grep -v -e fe80 -e ff00 || true; ip neighbour show nud permanent dev $link
  done | sort`;

/** Waits until an address answers a machine's own ping. */
export function answersTo(machine: Machine, address: string): Promise<true> {
  return until(`${address} from ${machine.name}`, async () =>
    /1 received/.test(await machine.sh(`ping -c 1 -W 1 ${address} || true`)),
  );
}

/** A host that is on a wire by eth1, which has the host's own address; its router is the underlay. */
export class HostOnWire implements AsyncDisposable {
  readonly lab: Lab;
  readonly h1: Host;
  readonly wire: Wire;
  /** What `show` prints where nothing is moved. */
  own = "";
  #clean = "";
  #session: Session | undefined;
  readonly #owner: AsyncDisposable;

  private constructor(lab: Lab, wire: Wire, owner: AsyncDisposable) {
    this.lab = lab;
    this.h1 = lab.host("h1");
    this.wire = wire;
    this.#owner = owner;
  }

  /** Resolves when Fairway runs. */
  static async start(): Promise<HostOnWire> {
    const lab = await Lab.start({ hosts: 1, variant });
    return HostOnWire.#of(lab, lab, async () => {
      await startFairway(lab);
      await allowFailpoints(lab.host("h1"));
    });
  }

  /** One that boots systemd, with Fairway's package. Resolves when it is a center. */
  static async startSystemd(): Promise<HostOnWire> {
    const machines = await SystemdMachines.start({ variant, hosts: 1 });
    return HostOnWire.#of(machines.lab, machines, () => machines.makeCluster());
  }

  static async #of(lab: Lab, owner: AsyncDisposable, run: () => Promise<void>): Promise<HostOnWire> {
    const machine = new HostOnWire(lab, await Wire.lay(lab), owner);
    const { h1 } = machine;
    await machine.wire.plug(h1, "eth1");
    await run();
    await h1.sh(configure);
    machine.#clean = await tracesOf(h1);
    machine.own = await h1.sh(show);
    return machine;
  }

  /** Makes the physical network `lan`, and begins a session with the host by its NIC. */
  async begin(): Promise<void> {
    await this.lab.underlay.sh(`ip address replace 10.70.0.1/24 dev wire; ip address replace 10.70.0.3/24 dev wire
      ip address replace fd70::1/64 dev wire nodad`);
    await this.fairway("physical-network create lan --type flat");
    this.#session = await Session.open(this.lab.underlay, "10.70.0.3", this.h1, "10.70.0.2");
  }

  /** Removes what a test made; the host is as it was. */
  async clear(): Promise<void> {
    const { h1 } = this;
    if (!h1.daemon("fairway").isRunning) await h1.daemon("fairway").start();
    await removeAll(h1, ["web"], ["blue"]);
    await this.fairway("physical-port rm lan eth1 --host h1");
    await this.fairway("physical-network rm lan");
    await this.isOwn();
    await this.#session?.[Symbol.asyncDispose]();
    await becomes(h1, this.#clean);
    assert.equal(await h1.sh("ls /var/lib/fairway/nics"), "");
  }

  async sessionGoesOn(): Promise<void> {
    assert.ok(this.#session, "begun");
    await this.#session.goesOn();
  }

  fairway(words: string): Promise<string> {
    return this.h1.sh(`fairway ${words}`);
  }

  /** What the host has on the wire. */
  shown(): Promise<string> {
    return this.h1.sh(show);
  }

  takeAddress(): Promise<string> {
    return this.fairway("physical-port create lan eth1 --host h1 --take-address");
  }

  async status(): Promise<string> {
    return JSON.stringify(JSON.parse(await this.fairway("physical-network show lan -o json")).status);
  }

  async statusSays(pattern: RegExp): Promise<void> {
    await until(`the status ${pattern}`, async () => pattern.test(await this.status()), {
      timeoutMs: 30_000,
    });
  }

  /** Waits until what is written down of the NIC is of this form. */
  async record(pattern: RegExp, timeoutMs = 30_000): Promise<void> {
    const read = () => this.h1.sh("cat /var/lib/fairway/nics/eth1.json 2>/dev/null || true");
    await until(`the record ${pattern}`, async () => pattern.test(await read()), { timeoutMs });
  }

  isTaken(): Promise<void> {
    return this.record(/"state": "taken"/);
  }

  async isForgotten(): Promise<void> {
    await until("nothing known", async () => (await this.h1.sh("ls /var/lib/fairway/nics")) === "");
  }

  /** Waits until the NIC has the addresses. */
  async isOwn(): Promise<void> {
    await until("the NIC's own addresses", async () => (await this.shown()) === this.own);
  }

  /** The same beside the bridge's name and the label, which names the NIC. */
  async isMoved(): Promise<void> {
    const bridge = (await this.h1.sh("ovs-vsctl list-br | grep fw-br")).trim();
    const moved = (text: string) =>
      text
        .replaceAll("eth1:lan", "eth1")
        .replaceAll(bridge, "eth1")
        .split("\n")
        .map((line) => line.trim())
        .sort();
    assert.equal(await this.h1.sh("ip -o address show dev eth1"), "");
    assert.deepEqual(moved(await this.shown()), moved(this.own));
  }

  /** Waits until a boot's addresses are the bridge's again. */
  async isMovedAgain(): Promise<void> {
    await until(
      "the addresses to be moved again",
      async () => (await this.h1.sh("ip -o address show dev eth1")) === "",
    );
    await this.isTaken();
    await this.isMoved();
  }

  /** A container `web` on the network `blue`, which the wire carries. */
  async startWeb(...flags: string[]): Promise<void> {
    const range = ["--subnet", "10.70.0.0/24", "--ip-range", "10.70.0.128/26", "--gateway", "10.70.0.1"];
    await createNetwork(this.h1, "blue", ...range, "-o", "physicalnetwork=lan");
    await startContainer(this.h1, "web", "blue", ...flags);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owner[Symbol.asyncDispose]();
  }
}
