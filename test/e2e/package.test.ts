import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { dumpForeign, makeForeign } from "../../lab/foreign.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { makeDebianPackage } from "../../scripts/debian-package.ts";
import { addressOf, createNetwork, ping, removeAll, startContainer } from "./docker-network.ts";
import { variant } from "./settings.ts";
import { tracesOf } from "./traces.ts";
import { Traffic } from "./traffic.ts";

const [older, newer] = ["0.0.1-1.older", "0.0.1-2.newer"];

// Without systemd: the test starts and restarts Fairway where the unit does on a machine that has it.
describe(`Debian's package, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let files: ReadonlySet<string>;
  let foreign: string;
  let traces: string;
  const packages = new Map<string, string>();

  before(async () => {
    await using scratch = await mkdtempDisposable(join(tmpdir(), "fairway-packages-"));
    const architecture = process.arch === "arm64" ? "arm64" : "amd64";
    lab = await Lab.start({ hosts: 1, variant });
    h1 = lab.host("h1");
    for (const version of [older, newer]) {
      const path = await makeDebianPackage({ architecture, version, directory: scratch.path });
      await copyFile(path, `${h1.rootPath}/root/${basename(path)}`);
      packages.set(version, `/root/${basename(path)}`);
    }
    await makeForeign(h1);
    foreign = await dumpForeign(h1);
    traces = await tracesOf(h1);
    files = new Set(await filesOf(h1));
  });
  after(() => lab[Symbol.asyncDispose]());

  const install = async (version: string) => h1.run(["dpkg", "--install", packages.get(version) ?? ""]);

  it("O08 the package is installed, upgraded, removed, installed again and purged: nothing else changes, and nothing is left", async (t) => {
    await t.test("a fresh installation brings the program and changes nothing else", async () => {
      const { stdout } = await install(older);
      assert.match(stdout, /does not run yet: "fairway init" makes this machine a center/);
      assert.equal(await h1.sh("fairway --version"), older);
      assert.match(await h1.sh("fairway completion bash"), /complete .*fairway/);
      assert.match(await h1.sh("zcat /usr/share/man/man1/fairway-network-ls.1.gz"), /^\.SH SYNOPSIS$/m);
      assert.equal(h1.daemon("fairway").isRunning, false);
      assert.equal(await h1.sh("pgrep --full /usr/lib/[f]airway || true"), "");
      assert.equal(await dumpForeign(h1), foreign);
    });

    await t.test("it runs with a configuration, which it judges", async () => {
      await mkdir(`${h1.rootPath}/etc/fairway`, { recursive: true });
      await writeFile(`${h1.rootPath}/etc/fairway/fairway.yaml`, "log: {levle: debug}\n");
      const { code, stdout } = await h1.run(["fairway", "config", "check"], { check: false });
      assert.equal(code, 1);
      assert.match(stdout, /fairway\.yaml:1.*levle/);
      await writeFile(`${h1.rootPath}/etc/fairway/fairway.yaml`, "addresses: {reservation: 5}\n");
      await h1.sh("fairway config check");
      await h1.daemon("fairway").start();
      await createNetwork(h1, "blue");
      await startContainer(h1, "web", "blue");
      await startContainer(h1, "db", "blue");
      await ping(h1, "web", await addressOf(h1, "db"));
    });

    await t.test("it is upgraded in place under running containers, which lose no packet", async () => {
      await using traffic = await Traffic.start(h1, "web", await addressOf(h1, "db"));
      await until("the first answers", () => traffic.answers > 5);
      await install(newer);
      await h1.daemon("fairway").stop();
      await h1.daemon("fairway").start();
      assert.equal(await h1.sh("fairway --version"), newer);
      assert.equal(JSON.parse(await h1.sh("fairway status --wait -o json")).version, newer);
      await startContainer(h1, "cache", "blue");
      await ping(h1, "web", await addressOf(h1, "cache"));
      const { answers } = traffic;
      await until("more answers", () => traffic.answers > answers + 10);
      assert.deepEqual(await traffic.interruptions(), []);
    });

    await t.test(
      "its removal names the networks that are left without a driver, and containers go on",
      async () => {
        await using traffic = await Traffic.start(h1, "web", await addressOf(h1, "db"));
        const { stderr } = await h1.run(["dpkg", "--remove", "fairway"]);
        assert.equal(h1.daemon("fairway").isRunning, false);
        assert.match(stderr, /Docker still has 1 of Fairway's networks/);
        const { answers } = traffic;
        await until("more answers", () => traffic.answers > answers + 10);
        assert.deepEqual(await traffic.interruptions(), []);
      },
    );

    await t.test(
      "installed again it goes on with what it had; removed and purged after its networks it leaves nothing",
      async () => {
        await install(newer);
        await h1.daemon("fairway").start();
        await ping(h1, "web", await addressOf(h1, "cache"));
        await removeAll(h1, ["web", "db", "cache"], ["blue"]);
        await h1.run(["dpkg", "--purge", "fairway"]);
        const left = (await filesOf(h1)).filter((file) => !files.has(file));
        assert.deepEqual(left, []);
        assert.equal(await dumpForeign(h1), foreign);
        assert.equal(await tracesOf(h1), traces);
      },
    );
  });
});

/** Every file of the host where neither Docker, OVN nor dpkg keeps something meanwhile. */
async function filesOf(host: Host): Promise<readonly string[]> {
  const others = ["/var/lib/docker", "/var/lib/dpkg", "/var/lib/ovn", "/var/log", "/run/docker"];
  const pruned = others.map((path) => `-path ${path}`).join(" -o ");
  const found = await host.sh(
    `find /etc /opt /root /run /tmp /usr /var -xdev \\( ${pruned} \\) -prune -o -print`,
  );
  return found.split("\n");
}
