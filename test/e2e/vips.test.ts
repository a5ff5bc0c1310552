import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import {
  createNetwork,
  hasNetwork,
  inspect,
  intoNetwork,
  removeAll,
  removeNetworks,
  startContainer,
} from "./docker-network.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

const vips = ["10.47.0.100", "fd47::100"] as const;
/** `web1` and `web2` have the VIPs in turn. */
const places = { web1: ["h1", 11], thief: ["h1", 13], web2: ["h2", 12], near: ["h2", 14] } as const;
type Name = keyof typeof places;
const names = Object.keys(places) as readonly Name[];
const familyOf = (ip: string) => (ip.includes(":") ? 6 : 4);

/** keepalived.conf(5): both families, of version 3 of VRRP (RFC 5798), an advertisement every half second. */
const keepalived = (priority: number) =>
  ["global_defs {", "  vrrp_version 3", "}"]
    .concat(
      vips.map(
        (ip) => `vrrp_instance v${familyOf(ip)} {
  interface eth0
  virtual_router_id 47
  priority ${priority}
  advert_int 0.5
  virtual_ipaddress {
    ${ip}
  }
}`,
      ),
    )
    .join("\n");

describe(`addresses that move, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let clean: readonly string[];
  const hostOf = (name: Name) => lab.host(places[name][0]);
  const ping = async (name: Name, ...words: string[]) => {
    const asked = [...(await intoNetwork(hostOf(name), name)), "ping", "-n", "-c", "1", "-W", "1", ...words];
    return (await hostOf(name).run(asked, { check: false })).code === 0;
  };
  const isKnown = (name: Name) =>
    until(`${name} by its name`, async () => {
      return (await h1.run(["fairway", "endpoint", "show", name], { check: false })).code === 0;
    });

  /** The real keepalived, in a container's network and among its processes: it ends with the container, and as suddenly. */
  async function keepAlive(name: Name, priority: number): Promise<void> {
    const files = `/tmp/keepalived-${name}`;
    await hostOf(name).sh(`rm -rf ${files}; mkdir ${files}; cat >${files}/conf <<'END'
${keepalived(priority)}
END`);
    const inside = [...(await intoNetwork(hostOf(name), name)), "--pid"];
    const pids = ["--pid", `${files}/pid`, "--vrrp_pid", `${files}/vrrp-pid`];
    const words = ["keepalived", "--vrrp", "--dont-fork", "--log-console", "--use-file", `${files}/conf`];
    hostOf(name).spawn([...inside, ...words, ...pids]);
  }
  /** Who has the VIPs for a container, by the MAC address that answers. */
  const isAt = async (name: Name) => {
    const mac = await inspect(hostOf(name), name, '{{(index .NetworkSettings.Networks "blue").MacAddress}}');
    const near = await intoNetwork(h2, "near");
    for (const ip of vips)
      await until(`${ip} at ${name}`, async () => {
        const script = `ping -n -c 1 -W 1 ${ip} >/dev/null && ip neighbour show ${ip}`;
        const { stdout } = await h2.run([...near, "sh", "-c", script], { check: false });
        return stdout.includes(mac);
      });
  };
  const answersHosts = async () => {
    for (const host of [h1, h2])
      for (const ip of vips)
        await until(`${ip} to answer ${host.name}`, async () => {
          return (await host.run(["ping", "-n", "-c", "1", "-W", "1", ip], { check: false })).code === 0;
        });
  };
  /** Asks for the VIPs ten times a second while something goes on; the longest time without an answer is under 3 s. */
  async function moves(what: string, change: () => Promise<void>): Promise<void> {
    const inside = await intoNetwork(h2, "near");
    const asks = vips.map((ip) => ({
      ip,
      asking: h2.spawn([...inside, "ping", "-n", "-D", "-i", "0.1", ip]),
    }));
    const timesOf = ({ asking }: (typeof asks)[number]) =>
      Array.from(asking.log.matchAll(/^\[([\d.]+)\] \d+ bytes/gm), ([, time]) => Number(time));
    const answered = async () => {
      for (const ask of asks) {
        const { length } = timesOf(ask);
        await until(`answers of ${ask.ip}`, () => timesOf(ask).length > length + 10);
      }
    };
    await answered();
    await change();
    await answered();
    for (const ask of asks) {
      await ask.asking.kill();
      const times = timesOf(ask);
      const longest = Math.max(...times.slice(1).map((time, at) => time - (times[at] ?? time)));
      console.log(`${what}: ${ask.ip} without an answer for ${longest.toFixed(2)} s at most`);
      assert.ok(longest < 3, `${longest} s`);
    }
  }

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    clean = [await tracesOf(h1), await tracesOf(h2)];
    const subnets = ["--ipv6", "--subnet", "10.47.0.0/24", "--subnet", "fd47::/64"];
    await createNetwork(h1, "blue", ...subnets, "-o", "port-security=strict");
    await hasNetwork(h2, "blue");
    for (const name of names) {
      const last = places[name][1];
      await startContainer(hostOf(name), name, `name=blue,ip=10.47.0.${last},ip6=fd47::${last}`);
    }
    for (const name of names) await isKnown(name);
  });
  after(() => lab[Symbol.asyncDispose]());

  it("S08 a VIP is its members' alone: a stranger who claims it is not believed, and sends nothing from it; both families", async () => {
    for (const ip of vips) {
      const made = await h1.sh(`fairway vip create ${ip} --network blue --members web1,web2`);
      assert.match(made, /^members: +web1, web2$/m);
      console.log(made);
    }
    console.log(await h1.sh("fairway vip ls"));
    await keepAlive("web1", 150);
    await isAt("web1");
    await keepAlive("web2", 100);
    const inside = (await intoNetwork(h1, "thief")).join(" ");
    await h1.sh(`${inside} sysctl -qw net.ipv6.conf.eth0.ndisc_notify=1
      ${inside} ip address add ${vips[0]}/32 dev eth0
      ${inside} ip address add ${vips[1]}/128 dev eth0
      ${inside} busybox arping -U -c 2 -I eth0 ${vips[0]} || true`);
    await isAt("web1");
    for (const ip of vips) {
      const to = familyOf(ip) === 6 ? "fd47::14" : "10.47.0.14";
      assert.ok(await ping("thief", to), "under its own address it is heard");
      assert.ok(!(await ping("thief", "-I", ip, to)), `from ${ip}`);
    }
    await answersHosts();
  });

  it("S08 keepalived's VIP is on the other host within 3 s when its holder is killed, and comes back with it, for containers and hosts", async () => {
    await moves("killed", async () => {
      await h1.docker("kill", "web1");
      await isAt("web2");
      await answersHosts();
    });
    for (const ip of vips)
      assert.match(await h1.sh(`fairway vip show ${ip}`), /not on the network at the moment: web1/);
    await moves("back", async () => {
      await h1.docker("start", "web1");
      await isKnown("web1");
      await keepAlive("web1", 150);
      await isAt("web1");
      await answersHosts();
    });
  });

  it("S08 who is taken from a VIP has it no more; what cannot be is refused in words; nothing is left of it", async () => {
    const fails = (words: string, pattern: RegExp) => assert.rejects(h1.sh(`fairway vip ${words}`), pattern);
    await fails("create 10.47.0.12 --network blue", /already in use by container web2 on host h2/);
    await fails(`create ${vips[0]} --network blue`, /already in use by VIP 10\.47\.0\.100/);
    await fails(`update ${vips[0]} --members web3`, /no container or port "web3" is on network blue/);
    for (const ip of vips) {
      await h1.sh(`fairway vip update ${ip} --members ""`);
      await until(`${ip} to be nobody's`, async () => !(await ping("near", ip)));
      assert.match(await h1.sh(`fairway vip rm ${ip}@blue`), /^VIP .* is gone$/m);
    }
    assert.doesNotMatch(await h1.sh("fairway address ls"), / vip /);
    for (const host of [h1, h2]) await removeAll(host, names, []);
    await removeNetworks(h1, "blue");
    for (const [at, host] of [h1, h2].entries()) await becomes(host, clean[at] ?? "");
  });
});
