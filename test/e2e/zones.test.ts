import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "../../lab/eventually.ts";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import type { Machine } from "../../lab/host/machine.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import {
  address6Of,
  addressOf,
  intoNetwork,
  joinNetworkInZone,
  networksGone,
  removeAll,
  startSpeaker,
} from "./docker-network.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

const domain = "Enterprise/Domain";

/** Two zones of two networks each; and a network of another organization, with the addresses of the first one. */
const places = {
  web: { network: `${domain}/Web/one`, third: 1, at: "h1" },
  www: { network: `${domain}/Web/two`, third: 2, at: "h2" },
  db: { network: `${domain}/Db/one`, third: 3, at: "h2" },
  dump: { network: `${domain}/Db/two`, third: 4, at: "h1" },
  cam: { network: "Other/Domain/Web/one", third: 1, at: "h2" },
} as const;
type Name = keyof typeof places;
const names = Object.keys(places) as readonly Name[];

function zoneOf(name: Name): string {
  return places[name].network.replace(/\/[^/]*$/, "");
}

function organizationOf(name: Name): string {
  return places[name].network.replace(/\/.*$/, "");
}

describe(`what zones of a domain may send each other, ${variant}`, () => {
  let lab: Lab;
  let clean: readonly string[];
  const addresses = new Map<Name, readonly string[]>();
  /** What stands before a program, so that it runs in a container's network. */
  const inside = new Map<Name, readonly string[]>();

  const hostOf = (name: Name): Host => lab.host(places[name].at);
  const fairway = (words: string) => lab.host("h1").sh(`fairway ${words}`);

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant, outside: true });
    await startFairway(lab);
    clean = [await tracesOf(lab.host("h1")), await tracesOf(lab.host("h2"))];
    for (const organization of ["Enterprise", "Other"]) {
      await fairway(`organization create ${organization}`);
      await fairway(`domain create ${organization}/Domain`);
    }
    for (const zone of new Set(names.map(zoneOf))) await fairway(`zone create ${zone}`);
    for (const name of names) {
      const { network, third } = places[name];
      const subnets = ["--subnet", `10.40.${third}.0/24`, "--subnet", `fd40:${third}::/64`];
      await fairway(`network create ${network} ${subnets.join(" ")}`);
      await joinNetworkInZone(hostOf(name), network, `of-${name}`, "--ipv6", ...subnets);
      // Equal CIDRs, but addresses of which one can tell who answers.
      const own = name === "cam" ? ["--ip", `10.40.${third}.77`, "--ip6", `fd40:${third}::77`] : [];
      if (name === "db") own.push("--publish", "8080:80");
      await startSpeaker(hostOf(name), name, `of-${name}`, name, ...own);
      inside.set(name, await intoNetwork(hostOf(name), name));
      addresses.set(name, [await addressOf(hostOf(name), name), await address6Of(hostOf(name), name)]);
    }
  });
  after(() => lab[Symbol.asyncDispose]());

  const addressesOf = (name: Name) => addresses.get(name) ?? [];

  /** What of all pairs is answered, `web db` for each. */
  async function answered(
    ask: (from: Name, address: string) => Promise<boolean>,
  ): Promise<readonly string[]> {
    const pairs = names.flatMap((from) =>
      names
        .filter((to) => to !== from)
        .flatMap((to) => addressesOf(to).map((address) => ({ from, to, address }))),
    );
    const found: string[] = [];
    for (const from of names)
      await Promise.all(
        pairs
          .filter((pair) => pair.from === from)
          .map(async ({ to, address }) => {
            if (await ask(from, address)) found.push(`${from} ${to}${address.includes(":") ? " 6" : ""}`);
          }),
      );
    return found.sort();
  }
  const pings = async (from: Name, address: string) => {
    const words = [...(inside.get(from) ?? []), "ping", "-n", "-c", "1", "-W", "1", address];
    return (await hostOf(from).run(words, { check: false })).code === 0;
  };
  /** The first word that a TCP port says; what refuses says nothing. */
  const asked = async (from: Name, address: string) => {
    const words = [...(inside.get(from) ?? []), "busybox", "nc", "-w", "2", address, "80"];
    return (await hostOf(from).run(words, { check: false })).stdout.trim();
  };
  const expected = (isLet: (from: Name, to: Name) => boolean) =>
    names
      .flatMap((from) => names.filter((to) => to !== from && isLet(from, to)).map((to) => `${from} ${to}`))
      .flatMap((pair) => [pair, `${pair} 6`])
      .sort();
  const areOfOne = (of: (name: Name) => string) => (from: Name, to: Name) => of(from) === of(to);
  /** Waits until these pairs are answered, and no others. */
  async function seen(want: readonly string[], ask = pings): Promise<void> {
    await eventually(
      () => answered(ask),
      (found) => assert.deepEqual(found, want),
    );
  }

  it("S02 without a policy all zones of a domain reach each other, and nobody another organization's", async () => {
    await seen(expected(areOfOne(organizationOf)));
  });

  it("S02 a domain denies what its zones send each other: networks of one zone go on to talk, both families, two hosts", async () => {
    assert.match(await fairway(`domain policy ${domain} deny --dry-run`), /^zone policy: +deny$/m);
    assert.match(await fairway(`domain show ${domain}`), /^zone policy: +allow$/m);
    await fairway(`domain policy ${domain} deny`);
    await seen(expected(areOfOne(zoneOf)));
  });

  it("S02 hosts and the world are in no zone: what they and the containers send each other passes, published ports too", async () => {
    const { outside } = lab;
    const hears = (machine: Machine, address: string, port: string, name: Name) =>
      until(`${name} at ${address}:${port} from ${machine.name}`, async () => {
        const words = ["busybox", "nc", "-w", "3", address, port];
        return (await machine.run(words, { check: false })).stdout.trim() === name;
      });
    await hears(outside, hostOf("db").address, "8080", "db");
    for (const name of ["web", "db"] as const) {
      assert.ok(await pings(name, outside.address), `${name} reaches the world`);
      for (const address of addressesOf(name)) await hears(hostOf(name), address, "80", name);
    }
  });

  it("S02 a rule lets one port pass, to one zone and not back; a trace names it", async () => {
    await fairway(`domain rule add ${domain} Web Db --tcp 80`);
    const asksAll = (from: Name, address: string) => asked(from, address).then((text) => text !== "");
    await seen(
      expected(
        (from, to) =>
          zoneOf(from) === zoneOf(to) || (zoneOf(from) === `${domain}/Web` && zoneOf(to) === `${domain}/Db`),
      ),
      asksAll,
    );
    await seen(expected(areOfOne(zoneOf)));
    assert.match(await fairway("trace web db --tcp 80"), /rule: Web > Db\/tcp\/80: allow/);
    assert.match(await fairway("trace db web --tcp 80").catch(String), /policy of Enterprise\/Domain: deny/);
    await assert.rejects(
      fairway(`domain rule add ${domain} Web Dbb`),
      /no zone "Dbb" in Enterprise\/Domain; did you mean "Db"\?/,
    );
  });

  it("S02 a connection goes on while other rules change, and ends with the rule that allowed it", async () => {
    const [address = ""] = addressesOf("db");
    await hostOf("db").sh("docker exec -d db nc -ll -p 5432 -e cat");
    await fairway(`domain rule add ${domain} Web Db --tcp 5432,6000-6100`);
    const talk = `while sleep 0.1; do echo tick; done | nc ${address} 5432 >/tmp/said`;
    await until("the connection", async () => {
      await hostOf("web").docker("exec", "-d", "web", "sh", "-c", talk);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return (await said()) > 0;
    });
    const before = await said();
    await fairway(`domain rule add ${domain} '*' Db --udp 53`);
    await until("more of it", async () => (await said()) > before + 50);
    await fairway(`domain rule rm ${domain} Web Db --tcp 5432,6000-6100`);
    await until("its end", async () => {
      const last = await said();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return (await said()) === last;
    });
    assert.equal(await asked("web", address), "db", "port 80 is allowed still");
  });
  const said = async () =>
    Number(await hostOf("web").sh("docker exec web sh -c 'wc -c </tmp/said 2>/dev/null || echo 0'"));

  it("S02 the policy goes as it came, and the levels leave nothing", async () => {
    await fairway(`domain policy ${domain} allow`);
    for (const rule of ["Web Db --tcp 80", "'*' Db --udp 53"])
      await fairway(`domain rule rm ${domain} ${rule}`);
    await seen(expected(areOfOne(organizationOf)));
    for (const host of [lab.host("h1"), lab.host("h2")])
      await removeAll(
        host,
        names,
        names.map((name) => `of-${name}`),
      );
    for (const name of names) await fairway(`network rm ${places[name].network}`);
    await networksGone(lab.host("h1"), ...names.map((name) => places[name].network));
    for (const zone of new Set(names.map(zoneOf))) await fairway(`zone rm ${zone}`);
    for (const organization of ["Enterprise", "Other"]) {
      await fairway(`domain rm ${organization}/Domain`);
      await fairway(`organization rm ${organization}`);
    }
    for (const [at, host] of [lab.host("h1"), lab.host("h2")].entries()) await becomes(host, clean[at] ?? "");
  });
});
