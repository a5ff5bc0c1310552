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
  joinNetworkInZone,
  networksGone,
  removeAll,
  removeNetworks,
  startContainer,
  startSpeaker,
} from "./docker-network.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

/** `peer` is on h2; of an organization's network are `own` and `guest`, who is on h2. */
const addresses = {
  peer: ["10.44.0.10", "fd44::10"],
  web: ["10.44.0.20", "fd44::20"],
  guest: ["10.45.0.10", "fd45::10"],
  own: ["10.45.0.20", "fd45::20"],
} as const;
type Name = keyof typeof addresses;

describe(`tiers of rules, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let clean: readonly string[];

  const hostOf = (name: Name) => (name === "peer" || name === "guest" ? h2 : h1);
  const fairway = (words: string) => h1.sh(`fairway ${words}`);
  const place = (name: Name, network: string) =>
    `name=${network},ip=${addresses[name][0]},ip6=${addresses[name][1]}`;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    clean = [await tracesOf(h1), await tracesOf(h2)];
    await createNetwork(h1, "blue", "--ipv6", "--subnet", "10.44.0.0/24", "--subnet", "fd44::/64");
    await fairway("organization create Acme");
    await fairway("domain create Acme/Shop");
    await fairway("zone create Acme/Shop/Front");
    const subnets = ["--subnet", "10.45.0.0/24", "--subnet", "fd45::/64"];
    await fairway(`network create Acme/Shop/Front/red ${subnets.join(" ")}`);
    for (const host of [h1, h2])
      await joinNetworkInZone(host, "Acme/Shop/Front/red", "red", "--ipv6", ...subnets);
    await hasNetwork(h2, "blue");
    await startContainer(h2, "peer", place("peer", "blue"));
    await startSpeaker(h1, "web", place("web", "blue"), "web");
    await startContainer(h2, "guest", place("guest", "red"));
    await startSpeaker(h1, "own", place("own", "red"), "own");
    await fairway("group create shop --organization Acme");
    await fairway("group add Acme/shop own");
  });
  after(() => lab[Symbol.asyncDispose]());

  /** What a TCP port says, or what became of the question, and after how many ms. */
  async function asked(from: Name, address: string): Promise<{ readonly said: string; readonly ms: number }> {
    const words = ["docker", "exec", from, "sh", "-c", `nc -w 3 ${address} 80 2>&1 </dev/null`];
    const began = performance.now();
    const { stdout } = await hostOf(from).run(words, { check: false });
    return { said: stdout.trim(), ms: performance.now() - began };
  }
  const says = async (from: Name, to: Name, what: RegExp) => {
    for (const address of addresses[to])
      await eventually(
        () => asked(from, address),
        ({ said }) => assert.match(said, what, `${address} from ${from}`),
      );
  };
  const hello = (name: Name) => new RegExp(`^${name}$`);
  const silence = /timed out|^$/;

  it("S10 without a policy all is as it was: who is in no group is not filtered, who is in one is", async () => {
    await says("peer", "web", hello("web"));
    await says("guest", "own", silence);
    assert.equal((await fairway("policy ls")).trim().split("\n").length, 1);
  });

  it("S10 the cluster denies everybody, and who is rejected is told so at once; a trace names the rule and its policy", async () => {
    await fairway("policy create baseline");
    await fairway("policy rule add baseline ingress deny tcp 80 from any");
    await says("peer", "web", /refused/);
    for (const address of addresses.web) {
      const { said, ms } = await asked("peer", address);
      assert.match(said, /refused/);
      assert.ok(ms < 3_000, `${ms} ms`);
    }
    for (const address of addresses.web) await answers(h2, "peer", address);
    assert.match(
      await fairway("trace peer web --tcp 80").catch(String),
      /policy baseline: ingress tcp 80 from any: reject/,
    );
    await assert.rejects(
      fairway("policy rule add baseline ingress allow tcp 80 from group nobody"),
      /no group "nobody"/,
    );
    await assert.rejects(fairway("policy rule add baseline ingress tcp 80"), /say what the rule does/);
    await assert.rejects(fairway("policy rule rm basline ingress tcp 80"), /did you mean "baseline"\?/);
  });

  it("S10 cluster above organization above group: what one denies no lower one opens, what it allows no lower one shuts", async () => {
    await fairway("group rule add Acme/shop ingress allow tcp 80 from any");
    await fairway("policy create rails --organization Acme");
    await fairway("policy rule add Acme/rails ingress allow tcp 80 from any");
    await says("guest", "own", /refused/);
    await fairway("policy rule rm baseline ingress tcp 80 from any");
    await says("guest", "own", hello("own"));
    await says("peer", "web", hello("web"));
    await fairway("policy rule rm Acme/rails ingress tcp 80 from any");
    await fairway("policy rule add Acme/rails ingress drop tcp 80 from any");
    await says("guest", "own", silence);
    await says("peer", "web", hello("web"));
    assert.match(
      await fairway("trace guest own --tcp 80").catch(String),
      /policy Acme\/rails: ingress tcp 80 from any: drop/,
    );
    await fairway("policy rule add baseline ingress allow tcp 80 from any");
    await says("guest", "own", hello("own"));
    await fairway("policy rule rm Acme/rails ingress tcp 80 from any");
    await fairway("group rule rm Acme/shop ingress tcp 80 from any");
    await says("guest", "own", hello("own"));
  });

  it("S10 a container that comes later obeys from its first packet", async () => {
    await fairway("policy rule add baseline ingress deny icmp from any");
    await removeAll(h2, ["guest"], []);
    await startContainer(h2, "guest", place("guest", "red"));
    for (const address of addresses.guest)
      assert.equal(
        (await h1.run(["docker", "exec", "own", "ping", "-c1", "-W2", address], { check: false })).code,
        1,
      );
    await fairway("policy rule rm baseline ingress icmp from any");
    for (const address of addresses.guest) await answers(h1, "own", address);
  });

  it("S10 a removed rule ends the connections that it allowed", async () => {
    const [address] = addresses.own;
    await h1.docker("exec", "-d", "own", "nc", "-ll", "-p", "5432", "-e", "cat");
    await fairway("policy rule add baseline ingress allow tcp 5432 from any");
    const said = async () =>
      Number(await h2.sh("docker exec guest sh -c 'wc -c </tmp/said 2>/dev/null || echo 0'"));
    const talk = `while sleep 0.1; do echo tick; done | nc ${address} 5432 >/tmp/said`;
    await until("the connection", async () => {
      await h2.docker("exec", "-d", "guest", "sh", "-c", talk);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return (await said()) > 0;
    });
    const before = await said();
    await until("more of it", async () => (await said()) > before + 50);
    await fairway("policy rule rm baseline ingress tcp 5432 from any");
    await until("its end", async () => {
      const last = await said();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return (await said()) === last;
    });
    await says("guest", "own", hello("own"));
  });

  it("S10 a file says policies, and its export the same; they go as they came, and leave nothing", async () => {
    assert.match(
      await fairway("export"),
      /kind: Policy\nname: baseline\nrules:\n {2}ingress tcp 80 from any: allow/,
    );
    await assert.rejects(fairway("organization rm Acme"), /organization Acme has the (domain|group|policy) /);
    for (const name of ["baseline", "Acme/rails"]) await fairway(`policy rm ${name}`);
    await says("guest", "own", silence);
    await removeAll(h2, ["peer", "guest"], []);
    await removeAll(h1, ["web", "own"], []);
    await fairway("group rm Acme/shop");
    for (const host of [h1, h2]) await host.docker("network", "rm", "red");
    await fairway("network rm Acme/Shop/Front/red");
    await removeNetworks(h1, "blue");
    await networksGone(h1, "blue", "Acme/Shop/Front/red");
    for (const words of ["zone rm Acme/Shop/Front", "domain rm Acme/Shop", "organization rm Acme"])
      await fairway(words);
    for (const [at, host] of [h1, h2].entries()) await becomes(host, clean[at] ?? "");
  });
});
