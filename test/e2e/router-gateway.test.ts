import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import type { Machine } from "../../lab/host/machine.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import type { Router } from "../../packages/fairway/src/center/schemas/router.ts";
import { createNetwork, hasNetwork, intoNetwork, startContainer, startSpeaker } from "./docker-network.ts";
import { reaches, reachesNot } from "./pings.ts";
import { rounds, variant } from "./settings.ts";
import { Wire } from "./wire.ts";

/** The LAN's gateway, and the router's addresses beside it. */
const lan = { 4: "10.50.0.1", 6: "fd50::1" } as const;
const external = { 4: "10.50.0.20", 6: "fd50::20" } as const;
/** Nobody has more than a second without an answer (R10). */
const longestGapMs = 1_000;

describe(`external gateways of routers, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let h3: Host;
  let outside: Machine;

  before(async () => {
    lab = await Lab.start({ hosts: 3, variant, outside: true });
    [h1, h2, h3, outside] = [lab.host("h1"), lab.host("h2"), lab.host("h3"), lab.outside];
    const wire = await Wire.lay(lab);
    for (const host of [h2, h3]) await wire.plug(host, "eth1");
    await wire.plug(outside, "lan0");
    await outside.sh(`sysctl -qw net.ipv6.conf.lan0.disable_ipv6=0; ip link set lan0 up
      ip address add ${lan[4]}/24 dev lan0; ip address add ${lan[6]}/64 dev lan0 nodad`);
    await startFairway(lab);
    await fairway("physical-network create office --type flat");
    for (const host of ["h2", "h3"]) await fairway(`physical-port create office eth1 --host ${host}`);
    const lanSubnets = [
      `--subnet 10.50.0.0/24 --gateway ${lan[4]}`,
      `--subnet fd50::/64 --gateway ${lan[6]}`,
    ];
    await fairway(`network create lan -o physicalnetwork=office ${lanSubnets.join(" ")}`);
    await createNetwork(h1, "blue", "--ipv6", "--subnet", "10.1.0.0/24", "--subnet", "fd01::/64");
    await hasNetwork(h2, "blue");
    await startContainer(h1, "web", "blue");
    await startSpeaker(h1, "site", "blue", "served", "-p", "8080:80");
    await fairway("router create r");
    await fairway("router attach r blue");
  });
  after(() => lab[Symbol.asyncDispose]());

  const fairway = (words: string) => h1.sh(`fairway ${words}`);
  const setGateway = (...flags: string[]) =>
    fairway(
      `router gateway set r lan --host h2 --host h3 --address ${external[4]} --address ${external[6]} ${flags.join(" ")}`,
    );
  const shown = async (): Promise<NonNullable<Router["gateway"]>> => {
    const { gateway }: Router = JSON.parse(await fairway("router show r -o json"));
    assert.ok(gateway !== null);
    return gateway;
  };
  const isReady = (...names: string[]) =>
    until(`${names.join(", ")} to be ready`, async () => {
      const { hosts, active } = await shown();
      return (
        active !== null &&
        names.every((name) => hosts.some((host) => host.name === name && host.trouble === null))
      );
    });
  /** From whom requests come to the LAN's machine, by address. */
  const watchSources = () =>
    outside.spawn(["tcpdump", "-n", "-l", "-i", "lan0", "icmp[0] == 8 or (icmp6 and ip6[40] == 128)"]);
  const sourcesIn = (log: string) => new Set([...log.matchAll(/IP6? (\S+) > /g)].map(([, source]) => source));

  it("R04 networks of a router leave by its gateway host as the router's address, in both families, and names and published ports go on", async () => {
    await setGateway();
    await isReady("h2", "h3");
    assert.equal((await shown()).active, "h2");
    await using requests = watchSources();
    await until("tcpdump", async () => requests.log.includes("listening"));
    for (const to of Object.values(lan)) await reaches(h1, "web", to);
    await until("all sources", () => sourcesIn(requests.log).size >= 2);
    assert.deepEqual(sourcesIn(requests.log), new Set(Object.values(external)));
    const fetched = await outside.sh(`busybox nc -w 5 ${h1.address} 8080 </dev/null`);
    assert.match(fetched, /served/);
    assert.match(
      await h1.sh("ping -c 1 -W 2 $(docker inspect -f '{{.NetworkSettings.Networks.blue.IPAddress}}' web)"),
      / 0% packet loss/,
    );
  });

  it("R04 without SNAT the LAN sees the containers' own addresses, and reaches them by a route", async () => {
    await setGateway("--no-snat");
    await outside.sh(`ip route add 10.1.0.0/24 via ${external[4]}`);
    await reaches(h1, "web", lan[4]);
    await using requests = watchSources();
    await until("tcpdump", async () => requests.log.includes("listening"));
    await reaches(h1, "web", lan[4]);
    const own = await h1.sh("docker inspect -f '{{.NetworkSettings.Networks.blue.IPAddress}}' web");
    await until("a request", () => sourcesIn(requests.log).size > 0);
    assert.deepEqual(sourcesIn(requests.log), new Set([own.trim()]));
    await until(
      "the LAN to reach it",
      async () =>
        (await outside.run(["ping", "-c", "1", "-W", "1", own.trim()], { check: false })).code === 0,
    );
    await setGateway();
    await reaches(h1, "web", lan[4]);
    const { code } = await outside.run(["ping", "-c", "1", "-W", "1", own.trim()], { check: false });
    assert.notEqual(code, 0, "with SNAT the route leads nowhere");
    await outside.sh(`ip route del 10.1.0.0/24 via ${external[4]}`);
  });

  /** What ends a host as the way out, and what makes it one again. */
  const ends: Readonly<
    Record<string, readonly [(host: Host) => Promise<unknown>, (host: Host) => Promise<unknown>]>
  > = {
    "its NIC has no carrier": [
      ({ name }) => lab.underlay.sh(`ip link set wire-${name}-eth1 down`),
      ({ name }) => lab.underlay.sh(`ip link set wire-${name}-eth1 up`),
    ],
    "its next hop is unreachable for it alone": [
      ({ name }) => lab.underlay.sh(`ip link set wire-${name}-eth1 nomaster`),
      ({ name }) => lab.underlay.sh(`ip link set wire-${name}-eth1 master wire`),
    ],
    "its ovs-vswitchd is killed": [
      (host) => host.daemon("ovs-vswitchd").kill("SIGKILL"),
      async (host) => {
        await host.daemon("ovs-vswitchd").start();
        await host.sh(
          `ethtool -K br-phy tx off >/dev/null; ip address replace ${host.address}/24 dev br-phy; ip link set br-phy up`,
        );
      },
    ],
  };

  for (const [what, [breaks, mends]] of Object.entries(ends))
    it(`R10 the next host is the way out within a second when ${what}, and nothing is interrupted when the first one is back`, async (t) => {
      await isReady("h2", "h3");
      for (let round = 1; round <= Math.max(1, Math.floor(rounds / 4)); round++) {
        const first = await shown();
        const [from, to] = first.active === "h2" ? [h2, h3] : [h3, h2];
        await using requests = watchSources();
        await until("tcpdump", async () => requests.log.includes("listening"));
        const words = [...(await intoNetwork(h1, "web")), "ping", "-n", "-D", "-i", "0.01", lan[4]];
        await using traffic = h1.spawn(words);
        const answered = (more: number) => {
          const before = timesIn(traffic.log).length;
          return until(`${more} more answers`, () => timesIn(traffic.log).length > before + more);
        };
        await answered(100);
        await breaks(from);
        await until(`${to.name} to be the way out`, async () => (await shown()).active === to.name);
        await answered(200);
        await mends(from);
        await isReady(from.name);
        await answered(300);
        assert.equal((await shown()).active, to.name, "who comes back takes nothing");
        const gap = longestGap(timesIn(traffic.log));
        t.diagnostic(`round ${round}, ${from.name} to ${to.name}: ${gap} ms without an answer`);
        assert.ok(gap <= longestGapMs, `${gap} ms without an answer`);
        assert.deepEqual(sourcesIn(requests.log), new Set([external[4]]), "no packet with a wrong source");
      }
    });

  it("R10 while no host reaches the next hop the router says so, and goes on when one does", async () => {
    await isReady("h2", "h3");
    await outside.sh("ip link set lan0 down");
    await until("the status", async () =>
      (await fairway("router show r")).includes("none of its hosts can be"),
    );
    await outside.sh(`ip link set lan0 up; ip address replace ${lan[6]}/64 dev lan0 nodad`);
    await isReady("h2", "h3");
    await reaches(h1, "web", lan[4]);
  });

  it("R04 a router without its gateway leaves by the hosts again", async () => {
    await fairway("router gateway clear r");
    await reachesNot(h1, "web", lan[4]);
    await reaches(h1, "web", outside.address);
  });
});

/** When answers came, s, as ping -D says it. */
function timesIn(log: string): readonly number[] {
  return [...log.matchAll(/^\[(\d+\.\d+)\] \d+ bytes from/gm)].map(([, time]) => Number(time));
}

/** The longest time between two answers, ms. */
function longestGap(times: readonly number[]): number {
  return Math.round(Math.max(0, ...times.slice(1).map((time, at) => time - (times[at] ?? time))) * 1_000);
}
