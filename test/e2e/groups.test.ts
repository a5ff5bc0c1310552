import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "../../lab/eventually.ts";
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
  startSpeaker,
} from "./docker-network.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

/** On h1, but for `peer`; `free` is in no group. */
const addresses = {
  peer: ["10.44.0.10", "fd44::10"],
  free: ["10.44.0.20", "fd44::20"],
  web: ["10.44.0.30", "fd44::30"],
  tagged: ["10.44.0.40", "fd44::40"],
  baked: ["10.44.0.50", "fd44::50"],
} as const;
type Name = keyof typeof addresses;
const names = Object.keys(addresses) as readonly Name[];

describe(`security groups, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let clean: readonly string[];

  const hostOf = (name: Name) => (name === "peer" ? h2 : h1);
  const fairway = (words: string) => h1.sh(`fairway ${words}`);
  /** What `docker run --network` says of somebody's place on the network. */
  const place = (name: Name, ...more: readonly string[]) =>
    ["name=blue", `ip=${addresses[name][0]}`, `ip6=${addresses[name][1]}`, ...more].join(",");

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant, outside: true });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    clean = [await tracesOf(h1), await tracesOf(h2)];
    await createNetwork(h1, "blue", "--ipv6", "--subnet", "10.44.0.0/24", "--subnet", "fd44::/64");
    await hasNetwork(h2, "blue");
    await startContainer(h2, "peer", place("peer"));
    await startSpeaker(h1, "free", place("free"), "free");
    await fairway("group create web");
  });
  after(() => lab[Symbol.asyncDispose]());

  /** Somebody's pings of an address while work is done and for two seconds afterwards; how many were answered. */
  async function answeredWhile(from: Name, address: string, work: () => Promise<unknown>): Promise<number> {
    const [inside, file] = [await intoNetwork(hostOf(from), from), `/tmp/pings-${address}`];
    await hostOf(from).sh(
      `${inside.join(" ")} ping -n -i 0.1 ${address} >${file} 2>&1 & echo $! >${file}.pid`,
    );
    try {
      await work();
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    } finally {
      await hostOf(from).sh(`kill -INT $(cat ${file}.pid); sleep 0.5`);
    }
    return Number(/(\d+) received/.exec(await hostOf(from).sh(`cat ${file}; rm ${file}*`))?.[1]);
  }
  /** What a TCP port says, or what became of the question. */
  async function asked(from: Name, address: string, port: number): Promise<string> {
    const words = ["docker", "exec", from, "sh", "-c", `nc -w 2 ${address} ${port} 2>&1 </dev/null`];
    return (await hostOf(from).run(words, { check: false })).stdout.trim();
  }
  const says = async (from: Name, to: Name, port: number, what: RegExp) => {
    for (const address of addresses[to])
      await eventually(
        () => asked(from, address, port),
        (text) => assert.match(text, what, `port ${port} of ${address} from ${from}`),
      );
  };
  const hello = (name: Name) => new RegExp(`^${name}$`);
  const silence = /timed out|^$/;

  it("S01 the first packet that a member gets is filtered; who is in no group is not, both families, two hosts", async () => {
    const [web, web6] = addresses.web;
    const start = () =>
      startSpeaker(h1, "web", place("web", "driver-opt=fairway.groups=web"), "web", "--publish", "8080:80");
    const answered = await answeredWhile("peer", web, () =>
      answeredWhile("peer", web6, start).then((count) => assert.equal(count, 0, "of IPv6")),
    );
    assert.equal(answered, 0);
    for (const address of addresses.free) await answers(h2, "peer", address);
    assert.match(await fairway("endpoint show web"), /^groups: +web$/m);
    await says("free", "web", 80, silence);
    // Answers to what it sends itself.
    for (const address of [...addresses.peer, ...addresses.free]) await answers(h1, "web", address);
    await says("web", "free", 80, hello("free"));
  });

  it("S01 a member of a group that is not there is refused in words, and nothing is made", async () => {
    const asks = (groups: string) =>
      startContainer(h1, "tagged", place("tagged", `driver-opt=fairway.groups=${groups}`));
    await assert.rejects(asks("wbe"), /no group "wbe" for endpoints of network blue; did you mean "web"\?/);
    await assert.rejects(
      fairway("group rule add web ingress allow tcp 70000 from any"),
      /a rule is DIRECTION PROTOCOL PORTS/,
    );
    await assert.rejects(
      fairway("group rule add web ingress allow tcp 80 from group wbe"),
      /no group "wbe"; did you mean "web"\?/,
    );
    await assert.rejects(fairway("group add web nobody"), /no endpoint "nobody"/);
    await assert.rejects(fairway("group rm web"), /group web has the member web; remove it first/);
    await removeAll(h1, ["tagged"], []);
    assert.doesNotMatch(await fairway("endpoint ls"), /10\.44\.0\.40/);
  });

  it("S01 a rule lets one port in at once, by its published port too; what is denied is told so, and a trace names the rule", async () => {
    await fairway("group rule add web ingress allow tcp 80 from any");
    await says("peer", "web", 80, hello("web"));
    await says("free", "web", 80, hello("web"));
    await says("peer", "web", 81, silence);
    const { outside } = lab;
    await until("the published port", async () => {
      const words = ["busybox", "nc", "-w", "3", h1.address, "8080"];
      return (await outside.run(words, { check: false })).stdout.trim() === "web";
    });
    await fairway("group rule add web ingress deny tcp 81 from any");
    await says("peer", "web", 81, /refused/);
    assert.match(await fairway("trace peer web --tcp 80"), /rule: group web: ingress tcp 80 from any: allow/);
    assert.match(
      await fairway("trace peer web --tcp 82").catch(String),
      /group web: no rule allows that its members get this/,
    );
    await fairway("group rule rm web ingress tcp 81 from any");
    await says("peer", "web", 81, silence);
  });

  it("S01 a container joins and leaves while it goes on, and stays in a group over a restart; peers are named by their group", async () => {
    await fairway("group create db");
    await fairway("group rule add db ingress allow tcp 80 from group web");
    await fairway("group add db free");
    await says("peer", "free", 80, silence);
    await says("web", "free", 80, hello("free"));
    await fairway("group add web peer");
    await says("peer", "free", 80, hello("free"));
    await h1.docker("restart", "-t", "0", "free");
    await says("peer", "free", 80, hello("free"));
    await fairway("group remove web peer");
    await says("peer", "free", 80, silence);
    await fairway("group add web peer");
    for (const words of ["web peer", "db free"]) await fairway(`group remove ${words}`);
    await says("peer", "free", 80, hello("free"));
    await fairway("group rm db");
  });

  it("S01 a removed rule ends the connections that it allowed", async () => {
    const [address] = addresses.web;
    await h1.docker("exec", "-d", "web", "nc", "-ll", "-p", "5432", "-e", "cat");
    await fairway("group rule add web ingress allow tcp 5432 from any");
    const said = async () =>
      Number(await h2.sh("docker exec peer sh -c 'wc -c </tmp/said 2>/dev/null || echo 0'"));
    const talk = `while sleep 0.1; do echo tick; done | nc ${address} 5432 >/tmp/said`;
    await until("the connection", async () => {
      await h2.docker("exec", "-d", "peer", "sh", "-c", talk);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return (await said()) > 0;
    });
    const before = await said();
    await fairway("group rule add web ingress allow udp 53 from any");
    await until("more of it", async () => (await said()) > before + 50);
    await fairway("group rule rm web ingress tcp 5432 from any");
    await until("its end", async () => {
      const last = await said();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return (await said()) === last;
    });
    await says("peer", "web", 80, hello("web"));
  });

  it("S06 a container's label puts it into a group that lets labels in; a label of its image has no power", async () => {
    await fairway("group create open --joinable-by-label");
    await fairway("group create shut");
    await startSpeaker(h1, "tagged", place("tagged"), "tagged", "--label", "fairway.groups=open,shut");
    await until("its group", async () => /^groups: +open$/m.test(await fairway("endpoint show tagged")));
    await says("peer", "tagged", 80, silence);
    await fairway("group rule add open ingress allow tcp 80 from any");
    await says("peer", "tagged", 80, hello("tagged"));
    await h1.docker("commit", "--change", "LABEL fairway.groups=open", "free", "baked");
    const script = "while true; do echo baked | nc -l -p 80; done";
    await h1.docker("run", "-d", "--name", "baked", "--network", place("baked"), "baked", "sh", "-c", script);
    await until("its description", async () =>
      /its image has label/.test(await fairway("endpoint show baked")),
    );
    assert.match(await fairway("endpoint show baked"), /^groups: +–$/m);
    await fairway("group rule rm open ingress tcp 80 from any");
    await says("peer", "tagged", 80, silence);
    await says("peer", "baked", 80, hello("baked"));
    await fairway("group update open --joinable-by-label false");
    await says("peer", "tagged", 80, hello("tagged"));
  });

  it("S01 groups go as they came, and leave nothing", async () => {
    for (const host of [h1, h2]) await removeAll(host, names, []);
    await h1.docker("rmi", "--force", "baked");
    for (const name of ["web", "open", "shut"]) await fairway(`group rm ${name}`);
    await removeNetworks(h1, "blue");
    for (const [at, host] of [h1, h2].entries()) await becomes(host, clean[at] ?? "");
  });
});
