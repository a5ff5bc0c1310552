import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "../../lab/eventually.ts";
import { startFairway } from "../../lab/fairway.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import type { Machine } from "../../lab/host/machine.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import {
  address6Of,
  addressOf,
  createNetwork,
  hasNetwork,
  intoNetwork,
  networksGone,
  removeAll,
  startSpeaker,
} from "./docker-network.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

/** Where containers are; `desk` is promiscuous. */
const places = { web: "h1", www: "h1", db: "h2", desk: "h2" } as const;
type Name = keyof typeof places;
const names = Object.keys(places) as readonly Name[];
const icc = "com.docker.network.bridge.enable_icc=false";

describe(`containers of one network kept apart, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let clean: readonly string[];
  const addresses = new Map<Name, readonly string[]>();
  /** What stands before a program, so that it runs in a container's network. */
  const inside = new Map<Name, readonly string[]>();
  const hostOf = (name: Name) => lab.host(places[name]);
  const addressesOf = (name: Name) => addresses.get(name) ?? [];

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant, outside: true });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    clean = [await tracesOf(h1), await tracesOf(h2)];
    const subnets = ["--ipv6", "--subnet", "10.60.0.0/24", "--subnet", "fd60::/64"];
    await createNetwork(h1, "blue", ...subnets, "-o", icc);
    await hasNetwork(h2, "blue");
    for (const name of names) {
      const network = name === "desk" ? "name=blue,driver-opt=fairway.promiscuous=true" : "blue";
      const published = name === "db" ? ["--publish", "8080:80"] : [];
      await startSpeaker(hostOf(name), name, network, name, ...published);
      addresses.set(name, [await addressOf(hostOf(name), name), await address6Of(hostOf(name), name)]);
      inside.set(name, await intoNetwork(hostOf(name), name));
    }
  });
  after(() => lab[Symbol.asyncDispose]());

  const pings = async (from: Name, address: string) => {
    const words = [...(inside.get(from) ?? []), "ping", "-n", "-c", "1", "-W", "1", address];
    return (await hostOf(from).run(words, { check: false })).code === 0;
  };
  /** What of all pairs is answered, `web db` for each, and `web db 6`. */
  async function answered(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const from of names) {
      const asked = names
        .filter((to) => to !== from)
        .flatMap((to) => addressesOf(to).map((address) => ({ to, address })));
      await Promise.all(
        asked.map(async ({ to, address }) => {
          if (await pings(from, address)) found.push(`${from} ${to}${address.includes(":") ? " 6" : ""}`);
        }),
      );
    }
    return found.sort();
  }
  const pairs = (isLet: (from: Name, to: Name) => boolean) =>
    names
      .flatMap((from) => names.filter((to) => to !== from && isLet(from, to)).map((to) => `${from} ${to}`))
      .flatMap((pair) => [pair, `${pair} 6`])
      .sort();
  const seen = (isLet: (from: Name, to: Name) => boolean) =>
    eventually(answered, (found) => assert.deepEqual(found, pairs(isLet)));
  const isOfDesk = (from: Name, to: Name) => [from, to].includes("desk");
  /** The first word that a TCP port says. */
  const hears = (machine: Host | Machine, words: readonly string[], name: string) =>
    until(`${name} by ${words.join(" ")}`, async () => {
      const { stdout } = await machine.run([...words], { check: false });
      return stdout.trim() === name;
    });
  const nc = (address: string, port: string) => ["busybox", "nc", "-w", "3", address, port];

  it("S09 with Docker's own option members on one host and on two do not reach each other; a promiscuous one reaches all, and all reach it", async () => {
    await seen(isOfDesk);
    assert.match(await h2.sh("fairway network show blue"), /^options: .*icc=false/m);
  });

  it("S09 a trace names what keeps them apart", async () => {
    const told = await h1.sh("fairway trace web db --tcp 80 2>&1 || true");

    assert.match(told, /containers of this network are kept apart \(icc=false\)/);
    assert.doesNotMatch(await h1.sh("fairway trace web desk --tcp 80 2>&1 || true"), /kept apart/);
  });

  it("S09 the gateway, names, the world, hosts and published ports are reached as before", async () => {
    const { outside } = lab;
    for (const name of ["web", "db"] as const) {
      for (const address of ["10.60.0.1", "fd60::1", outside.address])
        await until(`${address} from ${name}`, () => pings(name, address));
      for (const address of addressesOf(name)) await hears(hostOf(name), nc(address, "80"), name);
      await hears(h1, nc(addressesOf(name)[0] ?? "", "80"), name);
    }
    await hears(outside, nc(h2.address, "8080"), "db");
    await hears(h1, [...(inside.get("web") ?? []), ...nc(h2.address, "8080")], "db");
    const resolved = () => h1.docker("exec", "web", "nslookup", "db", "169.254.53.53").catch(String);
    await until("the name db", async () => (await resolved()).includes(addressesOf("db")[0] ?? "-"));
  });

  it("S09 what a member sends to everybody does not reach another one, on its host or on another", async () => {
    const hearing = await Promise.all(
      names.map(async (name) => {
        const words = [...(inside.get(name) ?? []), "tcpdump", "-lni", "eth0", "udp", "port", "5000"];
        const watching = hostOf(name).spawn(words);
        await until("tcpdump", () => watching.log.includes("listening on"));
        return { name, watching };
      }),
    );
    await using stack = new AsyncDisposableStack();
    for (const { watching } of hearing) stack.use(watching);
    const heard = () =>
      hearing.filter(({ watching }) => / > .*UDP/.test(watching.log)).map(({ name }) => name);
    const say = async () => {
      for (const address of ["10.60.0.255", "224.0.0.251"])
        await h1.run([
          ...(inside.get("web") ?? []),
          "sh",
          "-c",
          `echo news | socat -u - UDP-DATAGRAM:${address}:5000,broadcast`,
        ]);
    };
    await until("desk to hear", async () => {
      await say();
      return heard().includes("desk");
    });
    await say();
    assert.deepEqual(heard().toSorted(), ["desk", "web"], "web sees what it sends itself");
  });

  it("S09 the option changes live, both ways", async () => {
    await h1.sh("fairway network update blue -o icc=true");
    await seen(() => true);
    await h1.sh("fairway network update blue -o icc=false");
    await seen(isOfDesk);
  });

  it("S09 other values are refused, and so is a network whose members may send under any MAC address", async () => {
    const refused = (words: string, pattern: RegExp) => assert.rejects(h1.sh(words), pattern);
    await refused(
      "fairway network update blue -o icc=perhaps",
      /option icc=perhaps .*it takes true or false/,
    );
    await refused(
      "fairway network update blue -o port-security=off",
      /icc=false and port-security=off contradict/,
    );
    const create = "docker network create -d fairway --ipam-driver fairway";
    await refused(`${create} -o icc=2 red`, /option icc=2 .*it takes true or false/);
    const run = `docker run --rm --network name=blue,driver-opt=fairway.promiscuous=somewhat ${busyboxImage} true`;
    await refused(run, /fairway\.promiscuous=somewhat .*it takes true or false/);
  });

  it("S09 nothing is left of it", async () => {
    for (const host of [h1, h2]) await removeAll(host, names, ["blue"]);
    await networksGone(h1, "blue");
    for (const [at, host] of [h1, h2].entries()) await becomes(host, clean[at] ?? "");
  });
});
