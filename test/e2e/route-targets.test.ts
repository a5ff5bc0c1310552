import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import {
  address6Of,
  addressOf,
  createNetwork,
  hasNetwork,
  removeAll,
  removeNetworks,
  startContainer,
} from "./docker-network.ts";
import { pinged, reaches, reachesNot } from "./pings.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";
import { Traffic } from "./traffic.ts";

/** The document of OpenContrail's driver; absent in continuous integration. */
const seeds = process.env["FAIRWAY_SEEDS"] ?? resolve(import.meta.dirname, "../../../shared/seeds");
const document = join(seeds, "opencontrail-libnetwork-readme.md");

/** As it prints them, without what its lines are broken by. */
const printed = {
  net4: "docker network create -d opencontrail --label rt=64512:100,64512:200 --subnet 192.168.4.0/24 net4",
  net2: "docker network create -d opencontrail --subnet 192.168.10.0/24 --subnet 2002:1::0/64 --label rt=64512:100 net2",
};

/** What of it is another word here: the driver's name, and that Docker wants to be told of IPv6; docs/coming-from.md. */
function asHere(command: string): readonly string[] {
  const words = command.replace("-d opencontrail", "-d fairway").split(" ").slice(1);
  return command.includes("::") ? [...words.slice(0, -1), "--ipv6", ...words.slice(-1)] : words;
}

const outside = "10.200.0.254";
const dualStack = {
  blue: ["--ipv6", "--subnet", "10.1.0.0/24", "--subnet", "fd01::/64"],
  green: ["--ipv6", "--subnet", "10.2.0.0/24", "--subnet", "fd02::/64"],
  red: ["--ipv6", "--subnet", "10.3.0.0/24", "--subnet", "fd03::/64"],
} as const;
const containers = ["web", "db", "cam", "ub1", "ub2", "ub6"];

describe(`route targets, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let clean: readonly string[];

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant, outside: true });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    clean = [await tracesOf(h1), await tracesOf(h2)];
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const host of [h1, h2]) await removeAll(host, containers, []);
    await removeNetworks(h1, ...Object.keys(dualStack), "net2", "net4");
    for (const [at, host] of [h1, h2].entries()) await becomes(host, clean[at] ?? "");
  });

  const fairway = (words: string) => h1.sh(`fairway ${words}`);

  it("R07 networks that share a target reach each other on any host, in both families, and follow their labels under traffic", async () => {
    await assert.rejects(
      createNetwork(h1, "bad", "-o", "rt=64512:100,64512", ...dualStack.red),
      /option rt=64512:100,64512 is not valid; it takes .*AS:NUMBER.*"64512" is none/,
    );
    await createNetwork(h1, "blue", ...dualStack.blue, "-o", "rt=64512:100");
    await createNetwork(h1, "green", ...dualStack.green, "--label", "rt=64512:100,64512:200");
    await createNetwork(h1, "red", ...dualStack.red, "-o", "rt=64512:300");
    for (const name of ["green", "red"]) await hasNetwork(h2, name);
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "green");
    await startContainer(h2, "cam", "red");
    const [web, db, cam] = [
      await addressOf(h1, "web"),
      await addressOf(h2, "db"),
      await addressOf(h2, "cam"),
    ];
    const [web6, db6] = [await address6Of(h1, "web"), await address6Of(h2, "db")];
    for (const to of [db, db6]) await reaches(h1, "web", to);
    for (const to of [web, web6]) await reaches(h2, "db", to);
    assert.match(await pinged(h1, "web", db), /ttl=62 /, "two less than the 64 that it was sent with");
    for (const to of [web, web6, db, db6]) assert.equal(await pinged(h2, "cam", to), "", to);
    assert.match(await fairway("network show blue"), /targets: +64512:100\ntalks with: +green\n/);
    assert.match(await fairway("route-target ls"), /^64512:100 +2 +blue, green +blue, green$/m);
    assert.match(
      await fairway("trace web db"),
      /route target 64512:100.*\n(?:.*\n)*.*imports route target 64512:100/,
    );
    await reaches(h1, "web", outside);
    await using out = await Traffic.start(h1, "web", outside);
    await using over = await Traffic.start(h1, "web", db);
    await until("traffic", () => over.answers > 3 && out.answers > 3);
    await fairway("network update red --label rt=64512:100");
    await reaches(h1, "web", cam);
    await fairway("network update green --label-rm rt");
    for (const to of [db, db6]) await reachesNot(h1, "web", to);
    await reachesNot(h2, "cam", db);
    await reaches(h1, "web", cam);
    const { answers } = over;
    await fairway("network update green -o rt=64512:100");
    await until("the traffic to go on", () => over.answers > answers + 3);
    for (const to of [db6, cam]) await reaches(h1, "web", to);
    // What each network had it has: its way out.
    await reaches(h2, "db", outside);
    await until("traffic to the outside that goes on", () => out.answers > 20);
    assert.ok(
      out.lost <= 20,
      `${out.lost} of ${out.sent} pings to the outside were lost while targets came and went`,
    );
  });

  it("R07 OpenContrail's networks, one of both families on two hosts, talk by the target that both have", async () => {
    if (existsSync(document)) {
      const text = readFileSync(document, "utf8").replaceAll(/[\s\\]+/g, " ");
      for (const command of Object.values(printed)) assert.ok(text.includes(command), command);
    }
    for (const command of Object.values(printed)) await h1.docker(...asHere(command));
    await hasNetwork(h2, "net2");
    await startContainer(h1, "ub6", "net4");
    await startContainer(h1, "ub1", "net2");
    await startContainer(h2, "ub2", "net2");
    const [ub6, ub2] = [await addressOf(h1, "ub6"), await addressOf(h2, "ub2")];
    assert.match(ub2, /^192\.168\.10\./);
    await reaches(h1, "ub1", ub2);
    await reaches(h1, "ub1", await address6Of(h2, "ub2"));
    for (const [host, from] of [
      [h1, "ub1"],
      [h2, "ub2"],
    ] as const)
      await reaches(host, from, ub6);
    await reaches(h1, "ub6", ub2);
    assert.equal(await h2.docker("network", "inspect", "-f", "{{.Labels.rt}}", "net2"), "64512:100");
    assert.match(await fairway("network show net4"), /targets: +64512:100, 64512:200\ntalks with: +net2\n/);
  });
});
