import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { TestServer } from "../../../ovsdb/test/server.ts";
import { transitLink } from "../../src/compile/northbound/egress.ts";
import { schemaFile } from "../../src/intent/schema-file.ts";
import { startChassis, until } from "../agent/chassis.ts";
import { sh } from "../agent/chassis-network.ts";
import { startNetwork } from "../agent/private-network.ts";
import { NORTHBOUND_SCHEMA, root, SOUTHBOUND_SCHEMA, TestCenter } from "../center.ts";

const run = promisify(execFile);

/** A program in somebody's network namespace: what it prints, and whether it succeeds. */
export type Inside = (...words: string[]) => Promise<{ readonly ok: boolean; readonly out: string }>;

interface Plugged {
  readonly mac?: string;
  readonly addresses: readonly string[];
  readonly gateways: readonly string[];
}

/** Machines on the networks of a center, each in a network namespace of its own behind a port of one chassis. */
export class Machines implements AsyncDisposable {
  readonly chassis: Awaited<ReturnType<typeof startChassis>>;
  readonly center: TestCenter;
  readonly #server: TestServer;
  /** Processes that hold a network namespace each. */
  readonly #namespaces = new Map<string, ChildProcess>();
  readonly #machines = new Map<string, Inside>();
  /** Programs that go on, each the leader of a process group. */
  readonly #servers: ChildProcess[] = [];

  private constructor(chassis: Machines["chassis"], server: TestServer, center: TestCenter) {
    this.chassis = chassis;
    this.#server = server;
    this.center = center;
  }

  /** Starts a chassis, and a center that leads its OVN; in a private network. */
  static async start(): Promise<Machines> {
    const chassis = await startChassis();
    const server = await TestServer.start([schemaFile, NORTHBOUND_SCHEMA, SOUTHBOUND_SCHEMA]);
    const center = TestCenter.on(server, { northbound: `unix:${chassis.openvswitchSocket}` });
    await center.leads();
    return new Machines(chassis, server, center);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { pid, exitCode, signalCode } of this.#servers)
      if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, "SIGKILL");
    for (const inside of this.#namespaces.values()) inside.kill("SIGKILL");
    await this.center.stop();
    await this.#server[Symbol.asyncDispose]();
    await this.chassis[Symbol.asyncDispose]();
  }

  /** Somebody's program. */
  in(name: string): Inside {
    const inside = this.#machines.get(name);
    assert.ok(inside !== undefined, name);
    return inside;
  }

  /** Starts somebody's program that goes on until all is over; whatever it starts ends with it. */
  serve(name: string, ...words: string[]): void {
    const { pid } = this.#namespaces.get(name) ?? assert.fail(name);
    const entered = ["-t", String(pid), "-n", ...words];
    this.#servers.push(spawn("nsenter", entered, { stdio: "ignore", detached: true }));
  }

  /** A port of Open vSwitch in a namespace of its own. */
  async plug(
    name: string,
    bridge: string,
    settings: readonly string[],
    { mac, addresses, gateways }: Plugged,
  ): Promise<void> {
    const iface = ["--", "set", "Interface", name, "type=internal", ...settings];
    await this.chassis.vsctl("add-port", bridge, name, ...iface);
    const inside = await startNetwork();
    this.#namespaces.set(name, inside);
    const lines = [
      "ip link set lo up",
      ...(mac === undefined ? [] : [`ip link set ${name} address ${mac}`]),
      `ip link set ${name} up`,
      ...addresses.map((each) => `ip address add ${each} dev ${name}${each.includes(":") ? " nodad" : ""}`),
      ...gateways.map((each) => `ip route replace default via ${each}`),
    ];
    await until(`the link ${name}`, () => sh(`ip link set ${name} netns ${inside.pid}`));
    await sh(`nsenter -t ${inside.pid} -n sh -ec '${lines.join("; ")}'`);
    this.#machines.set(name, async (...words) => {
      const entered = ["-t", String(inside.pid), "-n", ...words];
      return run("nsenter", entered, { timeout: 60_000 }).then(
        ({ stdout }) => ({ ok: true, out: stdout }),
        ({ stdout }: { stdout: string }) => ({ ok: false, out: stdout }),
      );
    });
  }

  /** A port on a network, as a virtual machine would have it, plugged here. */
  async join(name: string, network: string, ...addresses: string[]): Promise<void> {
    const wish = { name, network, addresses, labels: {}, options: {} };
    const { uuid, mac, addresses: own, gateways } = await this.center.service.ports.create(wish, {}, root);
    await this.plug(name, "br-int", [`external_ids:iface-id=${uuid}`], { mac, addresses: own, gateways });
  }

  /** The uplink of this host on a network, which is where the world is. @param cidr of its IPv4 subnet. */
  async plugUplink(name: string, network: string, cidr: string): Promise<void> {
    const { ifaceId, mac, addresses, router } = transitLink(this.center.store.view, network);
    const link = `up-${name}`;
    const iface = ["type=internal", `external_ids:iface-id=${ifaceId}`];
    await this.chassis.vsctl("add-port", "br-int", link, "--", "set", "Interface", link, ...iface);
    await until(`the link ${link}`, () =>
      sh(`ip link set ${link} address ${mac} up
        sysctl -qw net.ipv4.conf.${link}.rp_filter=0
        ip address replace ${addresses[0]} dev ${link}
        ip neighbour replace ${router.addresses[0]} lladdr ${router.mac} dev ${link} nud permanent
        ip route replace ${cidr} via ${router.addresses[0]} dev ${link} onlink`),
    );
  }

  /** One ping, which waits a second. */
  async ping(from: string, to: string, ...flags: string[]) {
    return this.in(from)("ping", "-n", "-c", "1", "-W", "1", ...flags, to);
  }

  /** Waits until pings are answered. */
  async reaches(from: string, to: string): Promise<void> {
    const work = async () => assert.ok((await this.ping(from, to)).ok);
    await until(`${from} to reach ${to}`, work, 30_000);
  }

  /** Waits until pings are answered no more. */
  async reachesNot(from: string, to: string): Promise<void> {
    const work = async () => assert.ok(!(await this.ping(from, to)).ok);
    await until(`${from} to reach ${to} no more`, work, 30_000);
  }
}
