import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { SystemdHost } from "../../lab/host/systemd-host.ts";
import { until } from "../../lab/until.ts";
import { addressOf, createNetwork, hasNetwork, inspect, startContainer } from "./docker-network.ts";
import { doctorSays } from "./doctor-says.ts";
import { variant } from "./settings.ts";
import { reaches, SystemdMachines } from "./systemd-machines.ts";

describe(`an address that comes after the units were started, ${variant}`, () => {
  let machines: SystemdMachines;
  let h1: SystemdHost;
  let h2: SystemdHost;

  before(async () => {
    machines = await SystemdMachines.start({ variant, hosts: 2 });
    [h1, h2] = machines.pair;
    await machines.makeCluster();
    await createNetwork(h1, "blue");
    await hasNetwork(h2, "blue");
    for (const [host, name] of [
      [h1, "web"],
      [h2, "db"],
    ] as const)
      await startContainer(host, name, "blue", "--restart", "always", "--stop-signal", "KILL");
  });
  after(() => machines?.[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const host of [h1, h2]) await host.run(["systemctl", "enable", "--now", "networking"]);
  });

  /** Boots a machine whose network comes up when somebody says so, as behind a slow DHCP server. */
  async function bootWithoutAddress(host: SystemdHost): Promise<void> {
    await host.run(["systemctl", "disable", "networking"]);
    await host.reboot();
    assert.equal(await host.sh(`ip -brief address show to ${host.address}`), "");
    assert.equal(await host.sh("systemctl is-active docker"), "active");
  }

  /** Brings the address and waits until a container runs again and reaches the other host's; how long that took, ms. */
  async function comesBack(host: SystemdHost, name: string, other: string): Promise<number> {
    const startedAt = performance.now();
    await host.run(["systemctl", "start", "networking"]);
    await until(`${name} to run`, async () => (await inspect(host, name, "{{.State.Running}}")) === "true", {
      timeoutMs: 90_000,
    });
    await reaches(host, name, other);
    return Math.round(performance.now() - startedAt);
  }

  it("X10 on a host: its containers with a restart policy run again by themselves, and reach the others", async (t) => {
    await bootWithoutAddress(h2);
    t.diagnostic(`${await comesBack(h2, "db", await addressOf(h1, "web"))} ms after the address`);
  });

  it("X10 on a center: its driver serves meanwhile and its containers run; then its hosts are up again", async (t) => {
    await bootWithoutAddress(h1);
    assert.equal(await h1.sh("systemctl is-active fairway"), "active");
    await until("web to run", async () => (await inspect(h1, "web", "{{.State.Running}}")) === "true");
    await doctorSays(
      h1,
      /^fail +center's address +no link of this machine has 10\.200\.0\.1: Fairway waits for it/m,
    );
    t.diagnostic(`${await comesBack(h1, "web", await addressOf(h2, "db"))} ms after the address`);
    await until("the host to be up", async () => /^h2 +up /m.test(await h1.sh("fairway host ls")));
    assert.equal(await h1.sh("systemctl show --property=NRestarts --value fairway"), "0");
    const log = await h1.sh("journalctl --boot --no-pager --unit=fairway");
    assert.equal(log.match(/cannot listen on 10\.200\.0\.1:6640/g)?.length, 1, log);
  });
});
