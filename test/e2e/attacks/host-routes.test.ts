import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../../lab/fairway.ts";
import { busyboxImage, type Host } from "../../../lab/host/host.ts";
import type { Machine } from "../../../lab/host/machine.ts";
import { Lab } from "../../../lab/lab.ts";
import { until } from "../../../lab/until.ts";
import { createNetwork, hasNetwork, removeAll, removeNetworks, startSpeaker } from "../docker-network.ts";
import { doctorSays } from "../doctor-says.ts";
import { variant } from "../settings.ts";

/** Addresses that are other people's: the world's, a neighbour's on the wire, a sixteenth of the Internet, a name server's. */
const [world, neighbour, part, nameServer] = ["8.8.8.8", "10.200.0.254", "192.0.2.77", "10.99.0.53"] as const;
const worldV6 = "2001:db8:8::8";

describe(`a network of somebody else's addresses, ${variant}`, () => {
  let lab: Lab;
  let hosts: readonly [Host, Host];
  let outside: Machine;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant, outside: true });
    hosts = [lab.host("h1"), lab.host("h2")];
    outside = lab.outside;
    await outside.sh(`ip address add fd00:200::254/64 dev eth0 nodad
      for address in ${world} ${part} ${nameServer}; do ip address add $address/32 dev eth0; done
      ip address add ${worldV6}/128 dev eth0 nodad`);
    for (const [at, host] of hosts.entries())
      await host.sh(`ip address add fd00:200::${at + 1}/64 dev br-phy nodad
        ip route replace default via ${neighbour}; ip -6 route replace default via fd00:200::254
        echo nameserver ${nameServer} >/etc/resolv.conf`);
    outside.spawn(["socat", "TCP6-LISTEN:80,ipv6only=0,fork,reuseaddr", "SYSTEM:echo outside"]);
    await startFairway(lab, { hosts: {} });
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const host of hosts) await removeAll(host, ["web"], []);
    await removeNetworks(hosts[0], "evil");
  });

  /** Makes a network on h2, there a container with this address that says who it is, and waits until h1 has heard of it. */
  async function occupy(address: string, ...flags: string[]): Promise<void> {
    const [h1, h2] = hosts;
    await createNetwork(h2, "evil", ...flags);
    await hasNetwork(h1, "evil");
    await startSpeaker(h2, "web", "evil", "container", address.includes(":") ? "--ip6" : "--ip", address);
  }

  /** Who answers a host at an address. */
  async function whoIs(from: Host, address: string): Promise<string> {
    const place = address.includes(":") ? `TCP6:[${address}]` : `TCP4:${address}`;
    const { stdout } = await from.run(["socat", "-T", "3", "-", `${place}:80,connect-timeout=6`], {
      check: false,
    });
    return stdout.trim();
  }

  /** What hosts say of the network; it takes them a moment. */
  const says = (pattern: RegExp) =>
    until(`the network's status to be ${pattern}`, async () =>
      pattern.test(await hosts[0].sh("fairway network show evil || true")),
    );

  for (const [what, address, reason, ...flags] of [
    ["the world", world, /8\.8\.8\.0\/24 is not private/, "--subnet", "8.8.8.0/24"],
    ["a sixteenth of the Internet", part, /192\.0\.0\.0\/4 is not private/, "--subnet", "192.0.0.0/4"],
    [
      "the world by IPv6",
      worldV6,
      /2001:db8:8::\/64 is not private/,
      "--ipv6",
      "--subnet",
      "2001:db8:8::/64",
      "--subnet",
      "10.1.0.0/24",
    ],
    [
      "a neighbour on the wire",
      neighbour,
      /10\.200\.0\.248\/29 overlaps .*route .*10\.200\.0\.0\/24/,
      "--subnet",
      "10.200.0.248/29",
      "--gateway",
      "10.200.0.249",
    ],
    [
      "their name server",
      nameServer,
      /10\.99\.0\.0\/24 overlaps .*name server 10\.99\.0\.53/,
      "--subnet",
      "10.99.0.0/24",
    ],
  ] as const)
    it(`N09 takes ${what} from no host, and the network's status says why hosts do not reach it`, async () => {
      for (const host of hosts) assert.equal(await whoIs(host, address), "outside");
      await occupy(address, ...flags);
      await says(new RegExp(`on h1: .*${reason.source}`));
      await says(new RegExp(`on h2: .*${reason.source}`));
      // It is no fault of the host's.
      await doctorSays(
        hosts[0],
        new RegExp(`^warn +host's parts +network .*${reason.source}[^]*^Nothing fails`, "m"),
      );
      for (const host of hosts) assert.equal(await whoIs(host, address), "outside", host.name);
      // Whoever is on the network reaches it.
      assert.equal(
        await hosts[1].docker(
          "run",
          "--rm",
          "--network",
          "evil",
          busyboxImage,
          "nc",
          "-w",
          "5",
          address,
          "80",
        ),
        "container",
      );
    });

  it("N09 a host whose own configuration names public addresses reaches containers there, others do not", async () => {
    const [h1, h2] = hosts;
    const restart = async (from: string, to: string) => {
      await h1.sh(`sed -i 's|"hosts": {${from}}|"hosts": {${to}}|' /etc/fairway/fairway.yaml`);
      await h1.daemon("fairway").stop();
      await h1.daemon("fairway").start();
    };
    const reach = '"reach": ["8.8.8.0/24"]';
    await restart("", reach);
    try {
      await occupy(world, "--subnet", "8.8.8.0/24");
      await until("h1 to reach the container", async () => (await whoIs(h1, world)) === "container");
      assert.equal(await whoIs(h2, world), "outside");
    } finally {
      await removeAll(h2, ["web"], []);
      await removeNetworks(h1, "evil");
      await restart('"reach.*]', "");
    }
  });
});
