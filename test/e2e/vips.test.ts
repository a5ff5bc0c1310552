import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import {
  answers,
  createNetwork,
  hasNetwork,
  intoNetwork,
  removeAll,
  removeNetworks,
  startContainer,
} from "./docker-network.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

const vip = ["10.47.0.100", "fd47::100"] as const;
/** `web1` and `web2` have the VIPs in turn. */
const places = { web1: ["h1", 11], thief: ["h1", 13], web2: ["h2", 12], near: ["h2", 14] } as const;
type Name = keyof typeof places;
const names = Object.keys(places) as readonly Name[];
const isOf6 = (ip: string) => ip.includes(":");
/** Between the asks of a stream of pings, seconds. */
const interval = 0.1;

describe(`addresses that move, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let clean: readonly string[];
  const hostOf = (name: Name) => lab.host(places[name][0]);
  const start = (name: Name) =>
    startContainer(
      hostOf(name),
      name,
      `name=blue,ip=10.47.0.${places[name][1]},ip6=fd47::${places[name][1]}`,
    );

  /** Somebody has the VIPs and says so: by gratuitous ARP, and by what the kernel announces of IPv6 once it has asked for duplicates. */
  async function takes(name: Name): Promise<void> {
    const inside = (await intoNetwork(hostOf(name), name)).join(" ");
    await hostOf(name).sh(
      `${inside} sysctl -qw net.ipv6.conf.eth0.ndisc_notify=1
      ${inside} ip address add ${vip[0]}/32 dev eth0
      ${inside} ip address add ${vip[1]}/128 dev eth0
      ${inside} busybox arping -U -c 2 -I eth0 ${vip[0]} || true`,
    );
  }
  /** Who of a network's containers has the VIP, by the MAC address that answers. */
  const sees = async (ip: string, name: Name) => {
    const inside = await intoNetwork(h2, "near");
    const mac = await hostOf(name).docker(
      "inspect",
      "--format",
      '{{(index .NetworkSettings.Networks "blue").MacAddress}}',
      name,
    );
    await until(`${ip} at ${name}`, async () => {
      await h2.run([...inside, "ping", "-n", "-c", "1", "-W", "1", ip], { check: false });
      const shown = await h2.run([...inside, "ip", "neighbour", "show", ip], { check: false });
      return shown.stdout.includes(mac);
    });
  };

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    clean = [await tracesOf(h1), await tracesOf(h2)];
    const subnets = ["--ipv6", "--subnet", "10.47.0.0/24", "--subnet", "fd47::/64"];
    await createNetwork(h1, "blue", ...subnets, "-o", "port-security=strict");
    await hasNetwork(h2, "blue");
    for (const name of names) await start(name);
    for (const name of names)
      await until(`${name} by its name`, async () => {
        return (await h1.run(["fairway", "endpoint", "show", name], { check: false })).code === 0;
      });
  });
  after(() => lab[Symbol.asyncDispose]());

  it("S08 a VIP is its members' alone: a stranger who claims it is not believed, and sends nothing from it; both families", async () => {
    for (const ip of vip)
      assert.match(
        await h1.sh(`fairway vip create ${ip} --network blue --members web1,web2`),
        /^members: +web1, web2$/m,
      );
    await takes("web1");
    for (const ip of vip) await answers(h2, "near", ip);
    await takes("thief");
    for (const ip of vip) await sees(ip, "web1");
    const inside = await intoNetwork(h1, "thief");
    for (const ip of vip) {
      const to = isOf6(ip) ? "fd47::14" : "10.47.0.14";
      const words = [...inside, "ping", "-n", "-c", "1", "-W", "1", "-I", ip, to];
      assert.notEqual((await h1.run(words, { check: false })).code, 0, `from ${ip}`);
    }
    console.log(await h1.sh("fairway vip ls"));
  });

  it("S08 when who has it is killed and another member takes it on the other host, it moves within 3 s, for containers and hosts", async () => {
    const streams = await Promise.all(
      vip.map(async (ip) => {
        const inside = (await intoNetwork(h2, "near")).join(" ");
        const file = `/tmp/moves-${isOf6(ip) ? 6 : 4}`;
        await h2.sh(`${inside} ping -n -D -i ${interval} ${ip} >${file} 2>&1 & echo $! >${file}.pid`);
        return file;
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await h1.docker("kill", "web1");
    await takes("web2");
    for (const ip of vip) await sees(ip, "web2");
    for (const host of [h1, h2])
      for (const ip of vip)
        await until(`${ip} to answer ${host.name}`, async () => {
          return (await host.run(["ping", "-n", "-c", "1", "-W", "1", ip], { check: false })).code === 0;
        });
    for (const file of streams) {
      const text = await h2.sh(`kill -INT $(cat ${file}.pid); sleep 0.5; cat ${file}; rm ${file}*`);
      const times = [...text.matchAll(/^\[([\d.]+)\] \d+ bytes/gm)].map(([, time]) => Number(time));
      const gap = Math.max(...times.slice(1).map((time, at) => time - (times[at] ?? time)));
      console.log(`longest gap of ${file}: ${gap.toFixed(2)} s`);
      assert.ok(times.length > 10 && gap < 3, `${gap} s`);
    }
    assert.match(await h1.sh(`fairway vip show ${vip[0]}`), /not on the network at the moment: web1/);
  });

  it("S08 who is taken from a VIP has it no more; what cannot be is refused in words; nothing is left of it", async () => {
    const fails = (words: string, pattern: RegExp) => assert.rejects(h1.sh(`fairway vip ${words}`), pattern);
    await fails("create 10.47.0.12 --network blue", /already in use by container web2 on host h2/);
    await fails(`create ${vip[0]} --network blue`, /already in use by VIP 10\.47\.0\.100/);
    await fails(`update ${vip[0]} --members web3`, /no container or port "web3" is on network blue/);
    await h1.sh(`fairway vip update ${vip[0]} --members ""`);
    const inside = await intoNetwork(h2, "near");
    await until("nobody", async () => {
      const words = [...inside, "ping", "-n", "-c", "1", "-W", "1", vip[0]];
      return (await h2.run(words, { check: false })).code !== 0;
    });
    for (const ip of vip) assert.match(await h1.sh(`fairway vip rm ${ip}@blue`), /^VIP .* is gone$/m);
    assert.doesNotMatch(await h1.sh("fairway address ls"), / vip /);
    for (const host of [h1, h2]) await removeAll(host, names, []);
    await removeNetworks(h1, "blue");
    for (const [at, host] of [h1, h2].entries()) await becomes(host, clean[at] ?? "");
  });
});
