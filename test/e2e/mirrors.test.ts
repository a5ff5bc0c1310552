import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { busyboxImage } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { addressOf, createNetwork, ping, startContainer } from "./docker-network.ts";

/** A network as `docker network inspect` prints it. */
interface Inspected {
  readonly Id: string;
  readonly Options: Record<string, string> | null;
  readonly IPAM: {
    readonly Config: readonly {
      readonly Subnet: string;
      readonly Gateway?: string;
      readonly IPRange?: string;
    }[];
    readonly Options: Record<string, string> | null;
  };
  readonly [field: string]: unknown;
}

const mirrorBoundMs = 30_000;

async function inspectNetwork(host: Host, name: string): Promise<Inspected | undefined> {
  const { code, stdout } = await host.run(["docker", "network", "inspect", name], { check: false });
  return code === 0 ? JSON.parse(stdout)[0] : undefined;
}

/** What a user said of a network, as far as the oldest engine tells it. */
function saidOf({ Name, Driver, Internal, Attachable, EnableIPv6, Labels, Options, IPAM }: Inspected) {
  const { mirror: _option, ...options } = Options ?? {};
  const { mirror: _ipamOption, ...ipamOptions } = IPAM.Options ?? {};
  const config = IPAM.Config.map(({ Subnet, Gateway, IPRange = "" }) => `${Subnet} ${Gateway} ${IPRange}`);
  return {
    Name,
    Driver,
    Internal,
    Attachable,
    EnableIPv6,
    Labels,
    options,
    ipamOptions,
    config: config.sort(),
  };
}

describe("a network on every engine: Docker 20.10, 26 and 28", { timeout: 400_000 }, () => {
  let lab: Lab;
  let hosts: readonly [Host, Host, Host];
  let h1: Host;
  let h2: Host;
  let h3: Host;

  before(async () => {
    lab = await Lab.start({
      hosts: [
        { name: "h1", variant: "debian12", center: true },
        { name: "h2", variant: "debian13" },
        { name: "h3", variant: "docker28" },
      ],
    });
    await startFairway(lab);
    [h1, h2, h3] = hosts = [lab.host("h1"), lab.host("h2"), lab.host("h3")];
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const host of hosts)
      await host.sh(`docker rm --force $(docker ps --all --quiet) 2>/dev/null || true`);
    for (const { name } of await networks())
      await h1.run(["fairway", "network", "rm", name], { check: false });
    await until("all networks to be gone", async () => (await networks()).length === 0, {
      timeoutMs: 60_000,
    });
    for (const host of hosts) assert.equal(await host.sh("docker network ls -q --filter driver=fairway"), "");
  });

  const networks = async () =>
    JSON.parse(await h1.sh("fairway -o json network ls")) as {
      name: string;
      status: Record<string, string>;
    }[];
  const statusOf = async (name: string) =>
    (await networks()).find((network) => network.name === name)?.status ?? {};
  const has = async (host: Host, name: string) => (await inspectNetwork(host, name)) !== undefined;
  const answers = (host: Host, container: string, address: string) =>
    ping(host, container, address).then(
      () => true,
      () => false,
    );
  const appears = (host: Host, name: string) =>
    until(`${name} on ${host.name}`, () => has(host, name), { timeoutMs: mirrorBoundMs, everyMs: 20 });
  const goes = (host: Host, name: string) =>
    until(`${name} to be gone from ${host.name}`, async () => !(await has(host, name)), {
      timeoutMs: mirrorBoundMs,
    });

  it("M02 what was said of a network stands on every engine, wherever it was made", async () => {
    const flags = [
      "--subnet",
      "10.1.0.0/24",
      "--gateway",
      "10.1.0.254",
      "--ip-range",
      "10.1.0.128/25",
      "--ipv6",
      "--subnet",
      "fd01::/64",
      "--internal",
      "--attachable",
      "--label",
      "team=web",
      "--label",
      "com.example.empty=",
      "-o",
      "mtu=1300",
      "-o",
      "com.example.note=a b",
      "-o",
      'subnet:host_routes=`[["10.9.0.0/16","10.1.0.7"]]`',
      "--ipam-opt",
      "com.example.site=north",
    ];
    for (const [at, origin] of hosts.entries()) {
      const name = `blue${at}`;
      await createNetwork(origin, name, ...flags);
      const made = await inspectNetwork(origin, name);
      assert.ok(made !== undefined);
      for (const host of hosts) {
        await appears(host, name);
        const mirrored = await inspectNetwork(host, name);
        assert.deepEqual(mirrored && saidOf(mirrored), saidOf(made), `${name} on ${host.name}`);
      }
    }
    const shown = JSON.parse(await h1.sh("fairway -o json network show blue1"));
    const handles = shown.engines.map(
      (engine: { host: string; handle: string }) => `${engine.host} ${engine.handle}`,
    );
    assert.deepEqual(handles.sort(), ["h1 mirrored", "h2 made", "h3 mirrored"]);
  });

  it("M02 containers on a mirror and on its origin reach each other", async () => {
    await createNetwork(h2, "blue");
    await Promise.all([appears(h1, "blue"), appears(h3, "blue")]);
    for (const host of hosts) await startContainer(host, `on-${host.name}`, "blue");
    for (const host of hosts)
      for (const other of hosts) {
        if (host === other) continue;
        const address = await addressOf(other, `on-${other.name}`);
        await until(`${address} to answer ${host.name}`, () => answers(host, `on-${host.name}`, address));
      }
  });

  it("M02 it is on the other engines within a second or two", async (t) => {
    const tookMs: number[] = [];
    for (let round = 0; round < 10; round++) {
      const [origin, other] = round % 2 === 0 ? [h1, h2] : [h2, h3];
      await createNetwork(origin, `round${round}`);
      const madeAt = performance.now();
      await appears(other, `round${round}`);
      tookMs.push(Math.round(performance.now() - madeAt));
    }
    tookMs.sort((one, another) => one - another);
    t.diagnostic(`listed on another engine after a median of ${tookMs[5]} ms, at most ${tookMs[9]} ms`);
  });

  it("M02 where an engine has another network of that name it stays as it is, and the mirror comes when the name is free", async () => {
    for (const host of [h2, h3]) await host.docker("network", "create", "taken");
    await createNetwork(h1, "taken", "--subnet", "10.1.0.0/24");
    for (const host of [h2, h3])
      await until(`the trouble on ${host.name} to be told`, async () =>
        /another network is called taken there \(driver bridge/.test(
          (await statusOf("taken"))[`mirror on ${host.name}`] ?? "",
        ),
      );
    await h2.docker("network", "rm", "taken");
    await until(
      "the mirror on h2",
      async () => (await inspectNetwork(h2, "taken"))?.["Driver"] === "fairway",
    );
    assert.equal((await inspectNetwork(h3, "taken"))?.["Driver"], "bridge");

    await h3.docker("network", "rm", "taken");
    await appears(h3, "taken");
  });

  it("M02 of two networks of one name the later is private to its engine, and takes the name when that is free", async () => {
    await Promise.all([h1, h3].map((host) => createNetwork(host, "blue", "--subnet", "10.1.0.0/24")));
    const later = await until("one to be the later", async () => {
      const names = (await networks()).map(({ name }) => name);
      return names.includes("blue") && names.find((name) => name.startsWith("blue@h"));
    });
    const [winner, loser] = later === "blue@h3" ? [h1, h3] : [h3, h1];
    assert.equal((await statusOf(later))["cluster"], `name taken by ${winner.name}`);
    assert.match(
      await h1.sh("fairway network ls"),
      new RegExp(`^${later} .*: name taken by ${winner.name}$`, "m"),
    );
    await appears(h2, "blue");
    await startContainer(winner, "web", "blue");
    await startContainer(loser, "web", "blue");
    await startContainer(h2, "web", "blue");
    const addresses = await Promise.all([winner, loser, h2].map((host) => addressOf(host, "web")));
    assert.deepEqual(addresses, ["10.1.0.2", "10.1.0.2", "10.1.0.3"], "two networks");
    for (const host of [winner, h2]) await host.docker("rm", "--force", "web");
    await winner.docker("network", "rm", "blue");
    await until(
      "the later network to have the name",
      async () => (await statusOf(later))["cluster"] === undefined,
    );
    await Promise.all([appears(winner, "blue"), appears(h2, "blue")]);
    assert.equal((await networks()).length, 1);
    await startContainer(h2, "db", "blue");
    assert.equal(await addressOf(h2, "db"), "10.1.0.3");
  });

  it("M02 what Compose made is its engine's own, unless it says scope=cluster; scope=host says so for any", async () => {
    const file = [
      'version: "2.4"',
      `services: {app: {image: "${busyboxImage}", command: sleep 100000, networks: [own, shared]}}`,
      "networks:",
      "  own: {driver: fairway, ipam: {driver: fairway}}",
      "  shared: {driver: fairway, ipam: {driver: fairway}, driver_opts: {scope: cluster}}",
    ].join("\n");
    const compose =
      "if command -v docker-compose >/dev/null; then docker-compose up -d; else docker compose up -d; fi";
    await h2.sh(`mkdir -p /srv/shop; cd /srv/shop; echo '${file}' >docker-compose.yml; ${compose} 2>&1`, {
      timeoutMs: 60_000,
    });
    await createNetwork(h2, "alone", "-o", "scope=host");
    await Promise.all([appears(h1, "shop_shared"), appears(h3, "shop_shared")]);
    const scopes = JSON.parse(await h1.sh("fairway -o json network ls")) as { name: string; scope: string }[];
    assert.deepEqual(scopes.map(({ name, scope }) => `${name} ${scope}`).sort(), [
      "alone@h2 host",
      "shop_own@h2 host",
      "shop_shared cluster",
    ]);
    // A network that was made later is there: so would these two be.
    await createNetwork(h2, "later");
    await appears(h1, "later");
    for (const name of ["alone", "shop_own"]) assert.equal(await has(h1, name), false, name);
  });

  it("M02 an engine that was down, and Fairway that dies at any moment, have every network once afterwards", async () => {
    await h3.daemon("dockerd").stop();
    await createNetwork(h1, "while-down");
    await appears(h2, "while-down");
    await h3.daemon("dockerd").start();
    await appears(h3, "while-down");
    const names: string[] = [];
    for (let round = 0; round < 4; round++) {
      const name = `killed${round}`;
      names.push(name);
      await createNetwork(h1, name);
      // Each time a little later: before, while and after the mirror is made.
      await sleep(round * 25);
      await h2.daemon("fairway").kill();
      await h2.daemon("fairway").start();
    }
    for (const name of names) await appears(h2, name);
    const listed = (await h2.sh("docker network ls --format '{{.Name}}'")).split("\n");
    for (const name of names) assert.equal(listed.filter((each) => each === name).length, 1, name);
    await until("the center to know each", async () => {
      const shown = (await networks()) as unknown as { name: string; engines: { host: string }[] }[];
      return names.every(
        (name) =>
          shown.find((each) => each.name === name)?.engines.filter(({ host }) => host === "h2").length === 1,
      );
    });
  });

  it("M03 a mirror that was removed or pruned comes back; the others and the origin do not notice", async () => {
    await createNetwork(h1, "blue");
    await Promise.all([appears(h2, "blue"), appears(h3, "blue")]);
    const others = [(await inspectNetwork(h1, "blue"))?.Id, (await inspectNetwork(h3, "blue"))?.Id];
    for (const command of ["docker network rm blue", "docker network prune --force"]) {
      const before = (await inspectNetwork(h2, "blue"))?.Id;
      await h2.sh(command);
      assert.equal(await has(h2, "blue"), false, command);
      await appears(h2, "blue");
      assert.notEqual((await inspectNetwork(h2, "blue"))?.Id, before);
    }
    assert.deepEqual(
      [(await inspectNetwork(h1, "blue"))?.Id, (await inspectNetwork(h3, "blue"))?.Id],
      others,
    );
    await startContainer(h2, "web", "blue");
    await assert.rejects(h2.docker("network", "rm", "blue"), /active endpoints/);
  });

  it("M03 its own engine's removal waits for the last container anywhere, running or stopped", async () => {
    await createNetwork(h1, "blue");
    await Promise.all([appears(h2, "blue"), appears(h3, "blue")]);
    await startContainer(h2, "web", "blue");
    await h3.docker("create", "--name", "never-started", "--network", "blue", busyboxImage, "true");
    await h1.docker("network", "rm", "blue");
    const removal = async () => (await statusOf("blue"))["removal"] ?? "";
    await until(
      "who uses it still",
      async () => (await removal()) === "being removed; still used by never-started on h3, web on h2",
    );
    assert.match(await h1.sh("fairway network ls"), /^blue .* removal: being removed; still used by /m);
    // It goes on: containers restart and start.
    await h2.docker("restart", "--time", "0", "web");
    await startContainer(h3, "db", "blue");
    const web = await addressOf(h2, "web");
    await until("web to answer db", () => answers(h3, "db", web));
    await h3.docker("rm", "--force", "db", "never-started");
    await h2.docker("stop", "--time", "0", "web");
    await until("only the stopped one to be left", async () => (await removal()).endsWith("by web on h2"));
    assert.deepEqual(
      [await has(h1, "blue"), await has(h2, "blue"), await has(h3, "blue")],
      [false, true, true],
    );
    await h2.docker("start", "web");
    await h2.docker("rm", "--force", "web");
    await Promise.all([goes(h2, "blue"), goes(h3, "blue")]);
    assert.deepEqual(await networks(), []);
  });

  it("M03 what is joined again while it is being removed stays", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await Promise.all([appears(h2, "blue"), appears(h3, "blue")]);
    await startContainer(h2, "web", "blue");
    await h1.docker("network", "rm", "blue");
    await until("the removal", async () => (await statusOf("blue"))["removal"] !== undefined);
    await createNetwork(
      h1,
      "blue",
      "--subnet",
      "10.1.0.0/24",
      "--ipam-opt",
      "network=blue",
      "-o",
      "network=blue",
    );
    assert.deepEqual(await statusOf("blue"), {});
    await h2.docker("rm", "--force", "web");
    await startContainer(h1, "web", "blue");
    await startContainer(h3, "db", "blue");
    const web = await addressOf(h1, "web");
    await until("web to answer db", () => answers(h3, "db", web));
    assert.ok(await has(h2, "blue"));
  });

  it("M03 fairway network rm removes it from every engine, its own included", async () => {
    await createNetwork(h2, "blue");
    await Promise.all([appears(h1, "blue"), appears(h3, "blue")]);
    await startContainer(h2, "web", "blue");
    assert.match(await h1.sh("fairway network rm blue"), /^blue: being removed; still used by /);
    await until(
      "its user",
      async () => (await statusOf("blue"))["removal"] === "being removed; still used by web on h2",
    );
    await h2.docker("rm", "--force", "web");
    await Promise.all(hosts.map((host) => goes(host, "blue")));
  });

  it("D16 a network with Docker's own IPAM is mirrored with ours, from the far end; a double assignment is an error", async () => {
    const range = ["--subnet", "10.1.0.0/24", "--ip-range", "10.1.0.64/26"];
    await h3.docker("network", "create", "--driver", "fairway", ...range, "blue");
    await Promise.all([appears(h1, "blue"), appears(h2, "blue")]);
    await startContainer(h3, "near", "blue");
    await startContainer(h1, "far", "blue");
    await startContainer(h2, "farther", "blue");
    const [near, far] = [await addressOf(h3, "near"), await addressOf(h1, "far")];
    assert.deepEqual([near, far, await addressOf(h2, "farther")], ["10.1.0.64", "10.1.0.127", "10.1.0.126"]);
    await until("near to answer far", () => answers(h1, "far", near));
    await until("the name", async () => (await h1.sh("fairway endpoint ls")).includes("far "));
    await assert.rejects(
      startContainer(h3, "twin", "blue", "--ip", far),
      /10\.1\.0\.127 is already in use by container far on host h1/,
    );
    await assert.rejects(
      startContainer(h2, "twin", "blue", "--ip", near),
      /10\.1\.0\.64 is already in use by container near on host h3/,
    );
  });

  it("M11 with mirror off each engine is alone, and network=blue joins", async () => {
    for (const host of hosts) await configureMirror(host, false);
    try {
      await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
      await createNetwork(h2, "own");
      await until("the names", async () => (await networks()).every(({ name }) => !name.includes("@")));
      await createNetwork(
        h3,
        "blue",
        "--subnet",
        "10.1.0.0/24",
        "--ipam-opt",
        "network=blue",
        "-o",
        "network=blue",
      );
      assert.deepEqual([await has(h2, "blue"), await has(h1, "own")], [false, false]);
      await startContainer(h1, "web", "blue");
      await startContainer(h3, "db", "blue");
      const web = await addressOf(h1, "web");
      await until("web to answer db", () => answers(h3, "db", web));
    } finally {
      for (const host of hosts) await configureMirror(host, true);
    }
    await Promise.all([appears(h2, "blue"), appears(h1, "own"), appears(h3, "own")]);
  });
});

/** Sets `docker.mirror` and starts Fairway again. */
async function configureMirror(host: Host, mirror: boolean): Promise<void> {
  const file = join(host.rootPath, "/etc/fairway/fairway.yaml");
  const settings = JSON.parse(await readFile(file, "utf8"));
  await writeFile(file, JSON.stringify({ ...settings, docker: { mirror } }));
  await host.daemon("fairway").stop();
  await host.daemon("fairway").start();
}
