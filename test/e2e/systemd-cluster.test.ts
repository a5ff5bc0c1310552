import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SystemdHost } from "../../lab/host/systemd-host.ts";
import { until } from "../../lab/until.ts";
import { addressOf, hasNetwork, inspect, startContainer } from "./docker-network.ts";
import { variant } from "./settings.ts";
import { reaches, SystemdMachines, versions } from "./systemd-machines.ts";
import { Traffic } from "./traffic.ts";

describe(`three machines with systemd become a cluster by what their pages say, ${variant}`, () => {
  let machines: SystemdMachines;
  let h1: SystemdHost;
  let h2: SystemdHost;
  let h3: SystemdHost;

  before(async () => {
    machines = await SystemdMachines.start({ variant, hosts: 3, newer: true });
    [h1, h2] = machines.pair;
    h3 = machines.lab.systemdHost("h3");
  });
  after(() => machines?.[Symbol.asyncDispose]());

  /** A container that systemd's shutdown need not wait for, and that runs whenever its machine does. */
  const startLasting = (host: SystemdHost, name: string) =>
    startContainer(host, name, "blue", "--restart", "always", "--stop-signal", "KILL");

  it("O08 M01 M04 M05 installed by apt, made by init and joined by the lines that it prints, they run one network", async () => {
    await machines.makeCluster();
    const hosts = await h1.sh("fairway host ls");
    for (const name of ["h1", "h2", "h3"]) assert.match(hosts, new RegExp(`^${name} +up `, "m"));
    await h1.docker("network", "create", "--driver", "fairway", "blue");
    await startLasting(h1, "web");
    for (const host of [h2, h3]) await hasNetwork(host, "blue");
    await startLasting(h2, "db");
    await startLasting(h3, "cache");
    await reaches(h2, "db", await addressOf(h1, "web"));
    await reaches(h3, "cache", await addressOf(h2, "db"));
    await reaches(h2, "db", "web");
    await reaches(h3, "cache", "db");
    for (const host of [h1, h2, h3])
      assert.equal(
        await host.sh("systemctl is-enabled fairway; systemctl is-active fairway"),
        "enabled\nactive",
      );
  });

  it("X03 a host that reboots has its containers again, and they reach the others", async () => {
    await using traffic = await Traffic.start(h1, "web", await addressOf(h3, "cache"));
    await until("the first answers", () => traffic.answers > 5);
    await h2.reboot();
    assert.equal(await h2.bootState(), "running");
    assert.equal(await inspect(h2, "db", "{{.State.Running}}"), "true");
    await reaches(h2, "db", "web");
    await reaches(h3, "cache", await addressOf(h2, "db"));
    assert.deepEqual(await traffic.interruptions(), [], "the others do not notice");
  });

  it("X03 X04 a center that reboots has its containers again, and the other hosts never miss it", async () => {
    await using traffic = await Traffic.start(h2, "db", await addressOf(h3, "cache"));
    await until("the first answers", () => traffic.answers > 5);
    await h1.reboot();
    assert.equal(await h1.bootState(), "running");
    assert.equal(await inspect(h1, "web", "{{.State.Running}}"), "true");
    await reaches(h1, "web", "db");
    await reaches(h3, "cache", await addressOf(h1, "web"));
    await startContainer(h2, "late", "blue");
    await reaches(h1, "web", await addressOf(h2, "late"));
    assert.deepEqual(await traffic.interruptions(), []);
  });

  it("X10 at boot the driver listens before Docker asks it, by the order of the units", async () => {
    const log = await h2.sh(
      "journalctl --boot --no-pager --output=short-monotonic --unit=fairway --unit=docker",
    );
    const at = (pattern: RegExp) => Number(pattern.exec(log)?.[1]);
    const [ready, loading] = [
      at(/^\[ *([\d.]+)\] .* ready plugin=/m),
      at(/^\[ *([\d.]+)\] .*Loading containers: start/m),
    ];
    assert.ok(ready < loading, `${ready} s, ${loading} s`);
  });

  it("O08 installed anew and upgraded on every host under traffic, containers across hosts lose nothing", async (t) => {
    await using traffic = await Traffic.start(h2, "db", await addressOf(h1, "web"));
    await until("the first answers", () => traffic.answers > 5);
    await h1.install(machines.older, "--reinstall");
    for (const host of [h1, h2, h3]) await host.install(machines.newer);
    const { answers } = traffic;
    await until("ten more answers", () => traffic.answers > answers + 10);
    t.diagnostic(`${traffic.lost} of ${traffic.sent} pings lost, ten a second`);
    assert.deepEqual(await traffic.interruptions(), []);
    for (const host of [h1, h2, h3]) assert.equal(await host.sh("fairway --version"), versions.newer);
    await until("all hosts to be up", async () => {
      const states: readonly { state: string }[] = JSON.parse(await h1.sh("fairway host ls -o json"));
      return states.every(({ state }) => state === "up");
    });
  });
});
