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

const further = ["10.46.0.60", "fd46::60"];
/** What is behind `web`. */
const behind = ["10.9.0.5", "fd09::5"];
const strangers = ["10.46.0.61", "fd46::61", "10.8.0.5"];
const own = { web: ["10.46.0.50", "fd46::50"], db: ["10.46.0.51", "fd46::51"] } as const;
const isOf6 = (ip: string) => ip.includes(":");
const alone = (ip: string) => `${ip}/${isOf6(ip) ? 128 : 32}`;

describe(`more addresses on a strict network, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let clean: readonly string[];

  /** What `docker run --network` says, in which a value with commas stands in quotes. */
  const place = (name: keyof typeof own, addresses?: string) =>
    [
      "name=blue",
      `ip=${own[name][0]}`,
      `ip6=${own[name][1]}`,
      ...(addresses === undefined ? [] : [`"driver-opt=fairway.addresses=${addresses}"`]),
    ].join(",");
  const option = [...further, "10.9.0.0/24", "fd09::/64"].join();
  /** The container's link has these addresses beside its own. */
  async function hold(ips: readonly string[]): Promise<void> {
    const inside = await intoNetwork(h1, "web");
    for (const ip of ips) {
      const words = ["ip", "address", "replace", alone(ip), "dev", "eth0", ...(isOf6(ip) ? ["nodad"] : [])];
      await h1.run([...inside, ...words]);
    }
  }
  /** Whether pings of `web` from an address are answered by `db` on the other host. */
  async function sendsFrom(ip: string): Promise<boolean> {
    const words = ["ping", "-n", "-c", "1", "-W", "1", "-I", ip, own.db[isOf6(ip) ? 1 : 0]];
    return (await h1.run([...(await intoNetwork(h1, "web")), ...words], { check: false })).code === 0;
  }

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    clean = [await tracesOf(h1), await tracesOf(h2)];
    const subnets = ["--ipv6", "--subnet", "10.46.0.0/24", "--subnet", "fd46::/64"];
    await createNetwork(h1, "blue", ...subnets, "-o", "port-security=strict");
    await hasNetwork(h2, "blue");
    await startContainer(h1, "web", place("web", option));
    await startContainer(h2, "db", place("db"));
    const inside = await intoNetwork(h2, "db");
    for (const ip of [...behind, ...strangers])
      await h2.run([...inside, "ip", "route", "replace", alone(ip), "dev", "eth0"]);
    await hold([...further, ...behind, ...strangers]);
  });
  after(() => lab[Symbol.asyncDispose]());

  it("S08 a container is reached at its further addresses from the other host, and sends from them; others are dropped, both families", async () => {
    for (const ip of [...further, ...behind]) {
      await answers(h2, "db", ip);
      assert.ok(await sendsFrom(ip), `from ${ip}`);
    }
    for (const ip of strangers) assert.ok(!(await sendsFrom(ip)), `from ${ip}`);
    for (const host of [h1, h2])
      for (const ip of further)
        await until(`${ip} to answer ${host.name}`, async () => {
          return (await host.run(["ping", "-n", "-c", "1", "-W", "1", ip], { check: false })).code === 0;
        });
    const listed = await h2.sh("fairway address ls --purpose further");
    for (const ip of further) assert.match(listed, new RegExp(`^${ip} +.*web`, "m"));
  });

  it("S08 what is somebody's is refused on any host, and nothing is made; it is free when its container is gone, and taken when that starts", async () => {
    const asks = (addresses: string) => startContainer(h2, "thief", place("db", addresses));
    const refusals = [
      ["10.46.0.60", /already in use by container web on host h1/],
      ["10.46.0.1", /already in use by the gateway/],
      ["10.46.0.64/28", /overlaps the network's own subnet 10\.46\.0\.0\/24/],
      ["10.9.0.9", /overlaps 10\.9\.0\.0\/24 of web on this network/],
    ] as const;
    await removeAll(h2, ["db"], []);
    for (const [addresses, pattern] of refusals) {
      await assert.rejects(asks(addresses), pattern);
      await removeAll(h2, ["thief"], []);
    }
    await h1.docker("stop", "-t", "0", "web");
    assert.doesNotMatch(await h2.sh("fairway address ls"), /further/);
    await h1.docker("start", "web");
    assert.match(await h2.sh("fairway address ls"), /^10\.46\.0\.60 .*web/m);
    await removeAll(h1, ["web"], []);
    await until("db with its address", async () => {
      await removeAll(h2, ["db"], []);
      return startContainer(h2, "db", place("db", "10.46.0.60")).then(
        () => true,
        () => false,
      );
    });
  });

  it("S08 nothing is left of it", async () => {
    for (const host of [h1, h2]) await removeAll(host, ["web", "db", "thief"], []);
    await removeNetworks(h1, "blue");
    for (const [at, host] of [h1, h2].entries()) await becomes(host, clean[at] ?? "");
  });
});
