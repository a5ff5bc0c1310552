import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../../lab/fairway.ts";
import type { Host } from "../../../lab/host/host.ts";
import { Lab } from "../../../lab/lab.ts";
import { until } from "../../../lab/until.ts";
import {
  createNetwork,
  hasNetwork,
  intoNetwork,
  macOf,
  ping,
  removeAll,
  startContainer,
} from "../docker-network.ts";
import { variant } from "../settings.ts";
import {
  arpAnswer,
  inNetwork,
  neighborAdvertisement,
  routerAdvertisement,
  send,
  udp4,
  udp6,
} from "./frames.ts";

const [gateway, gateway6] = ["10.1.0.1", "fd01::1"];
const foreign = { mac: "02:de:ad:be:ef:01" };
const subnets = ["--ipv6", "--subnet", "10.1.0.0/24", "--subnet", "fd01::/64"];

/** What a container may try, and how tcpdump shows it where it arrives. */
const attacks = {
  "a frame from a foreign MAC address": {
    frame: () => udp4(foreign, "10.1.0.77", [1, 7]),
    seen: new RegExp(`${foreign.mac} > .* 10\\.1\\.0\\.77`),
  },
  "the gateway's address by ARP": {
    frame: (own: { mac: string }) => arpAnswer(own, gateway),
    seen: /10\.1\.0\.1 is-at/,
  },
  "a packet in the gateway's name": {
    frame: (own: { mac: string }) => udp4(own, gateway, [1, 7]),
    seen: /10\.1\.0\.1\.1 > /,
  },
  "the gateway's address by a neighbour advertisement": {
    frame: (own: { mac: string }) => neighborAdvertisement(own, gateway6),
    seen: /neighbor advertisement, tgt is fd01::1\b/,
  },
  "a router advertisement": {
    frame: (own: { mac: string }) => routerAdvertisement(own),
    seen: /> ff02::1: ICMP6, router advertisement/,
  },
  "a router advertisement behind other headers": {
    frame: (own: { mac: string }) => routerAdvertisement(own, [0, 60]),
    seen: /HBH .*router advertisement/,
  },
  "a DHCP server's answer": {
    frame: (own: { mac: string }) => udp4(own, "10.1.0.77", [67, 68]),
    seen: /10\.1\.0\.77\.67 > 255\.255\.255\.255\.68/,
  },
  "a DHCP answer from another port": {
    frame: (own: { mac: string }) => udp4(own, "10.1.0.77", [1067, 68]),
    seen: /10\.1\.0\.77\.1067 > 255\.255\.255\.255\.68/,
  },
  "a DHCPv6 server's answer": {
    frame: (own: { mac: string }) => udp6(own, [547, 546]),
    seen: /\.547 > ff02::1\.546/,
  },
  "a second address of its own": {
    frame: (own: { mac: string }) => arpAnswer(own, "10.1.0.200"),
    seen: /10\.1\.0\.200 is-at/,
  },
  "a second IPv6 address of its own": {
    frame: (own: { mac: string }) => neighborAdvertisement(own, "fd01::200"),
    seen: /neighbor advertisement, tgt is fd01::200\b/,
  },
} as const;
type Attack = keyof typeof attacks;
const all = Object.keys(attacks) as Attack[];

describe(`what containers may send, ${variant}`, { timeout: 300_000 }, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
  });
  after(() => lab?.[Symbol.asyncDispose]());
  afterEach(async () => {
    await removeAll(h2, ["victim", "backup"], []);
    await removeAll(h1, ["attacker"], ["blue"]);
  });

  /** A network with a container on each host. */
  async function start(...flags: string[]): Promise<void> {
    await createNetwork(h1, "blue", ...subnets, ...flags);
    await hasNetwork(h2, "blue");
    await startContainer(h1, "attacker", "blue", "--ip", "10.1.0.7");
    await startContainer(h2, "victim", "blue", "--ip", "10.1.0.8");
    await ping(h2, "victim", "10.1.0.7");
  }

  /**
   * Which of the attacks arrive at a container on the other host.
   * @param expected they are tried until these have arrived: single frames may be lost (docs/reliability.md, "Single packets").
   */
  async function arriving(expected: readonly Attack[]): Promise<readonly Attack[]> {
    const mac = await macOf(h1, "attacker");
    const capture = ["tcpdump", "-lneti", "eth0", "--immediate-mode"];
    await using watching = h2.spawn([...(await intoNetwork(h2, "victim")), ...capture]);
    const marker = udp4({ mac }, "10.1.0.7", [4711, 9]);
    const isThere = async (sent: readonly string[], seen: RegExp) => {
      await until("the marker behind the frames", async () => {
        await send(h1, "attacker", sent);
        return seen.test(watching.log);
      });
    };
    await isThere([marker], /10\.1\.0\.7\.4711 > /);
    const seen = () => all.filter((attack) => attacks[attack].seen.test(watching.log));
    await until("what may arrive", async () => {
      await send(
        h1,
        "attacker",
        all.map((attack) => attacks[attack].frame({ mac })),
      );
      return expected.every((attack) => seen().includes(attack));
    });
    await isThere([udp4({ mac }, "10.1.0.7", [4712, 9])], /10\.1\.0\.7\.4712 > /);
    return seen();
  }

  it("S03 by default a container sends by its own MAC address, and not what is the gateway's, a router's or a DHCP server's", async () => {
    await start();
    const allowed = ["a second address of its own"] as const;
    assert.deepEqual(await arriving(allowed), allowed);
  });

  it("S03 with strict port security nothing leaves a container but what is from its own addresses", async () => {
    await start("-o", "port-security=strict");
    assert.deepEqual(await arriving([]), []);
  });

  it("S03 without port security everything arrives, and what is for a foreign MAC address behind a container, too", async () => {
    await start("-o", "port-security=off");
    assert.deepEqual(await arriving(all), all);
    await inNetwork(
      h1,
      "attacker",
      "ip",
      "link",
      "add",
      "inner",
      "link",
      "eth0",
      "type",
      "macvlan",
      "mode",
      "bridge",
    );
    await inNetwork(h1, "attacker", "ip", "address", "add", "10.1.0.99/24", "dev", "inner");
    await inNetwork(h1, "attacker", "ip", "link", "set", "inner", "up");
    await ping(h2, "victim", "10.1.0.99");
  });

  it("S03 a router advertisement of a container takes the way out from nobody", async () => {
    await start();
    const mac = await macOf(h1, "attacker");
    await inNetwork(h2, "victim", "sysctl", "-q", "net.ipv6.conf.eth0.accept_ra=2");
    await send(h1, "attacker", [routerAdvertisement({ mac })]);
    await ping(h2, "victim", "10.1.0.7");
    assert.doesNotMatch(await inNetwork(h2, "victim", "ip", "-6", "route"), /proto ra/);
  });

  it("S03 D14 second addresses, an address that moves to another host, and routes through a container work", async () => {
    await start("-o", 'subnet:host_routes=[["10.9.0.0/16","10.1.0.7"]]');
    await startContainer(h2, "backup", "blue");
    const address = ["address", "add", "10.1.0.200/24", "dev", "eth0"];
    await inNetwork(h1, "attacker", "ip", ...address);
    await ping(h2, "victim", "10.1.0.200");
    await inNetwork(h1, "attacker", "ip", "address", "add", "10.9.0.1/32", "dev", "lo");
    await ping(h2, "victim", "10.9.0.1");
    await inNetwork(h1, "attacker", "ip", "address", "del", "10.1.0.200/24", "dev", "eth0");
    await inNetwork(h2, "backup", "ip", ...address);
    const mac = await macOf(h2, "backup");
    await send(h2, "backup", [arpAnswer({ mac }, "10.1.0.200")]);
    await ping(h2, "victim", "10.1.0.200");
    assert.match(await inNetwork(h2, "victim", "ip", "neigh"), new RegExp(`10\\.1\\.0\\.200 .*${mac}`));
  });
});
