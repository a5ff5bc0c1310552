import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SystemdHost } from "../../lab/host/systemd-host.ts";
import { addressOf, createNetwork, hasNetwork, removeAll, startContainer } from "./docker-network.ts";
import { differences, type Place, stateOf } from "./machine-state.ts";
import { variant } from "./settings.ts";
import { reaches, SystemdMachines } from "./systemd-machines.ts";

describe(`Fairway goes from machines with systemd, ${variant}`, () => {
  let machines: SystemdMachines;
  let h1: SystemdHost;
  let h2: SystemdHost;
  /** Of each host, before anything was installed. */
  const bare = new Map<SystemdHost, readonly string[]>();
  /** Of each host, with the package on it that nobody has used yet. */
  const installed = new Map<SystemdHost, readonly string[]>();

  before(async () => {
    machines = await SystemdMachines.start({ variant, hosts: 2 });
    [h1, h2] = machines.pair;
    for (const host of [h1, h2]) {
      bare.set(host, await stateOf(host));
      await host.install(machines.older);
      installed.set(host, await stateOf(host));
    }
    await machines.makeCluster();
    await createNetwork(h1, "blue");
    await createNetwork(h1, "green");
    await hasNetwork(h2, "blue");
    await startContainer(h1, "web", "blue", "--publish", "80:80");
    await startContainer(h2, "db", "blue");
    await reaches(h2, "db", await addressOf(h1, "web"));
  });
  after(() => machines?.[Symbol.asyncDispose]());

  const purge = (host: SystemdHost) => host.run(["apt-get", "purge", "--yes", "fairway"]);
  const changes = async (since: typeof bare, host: SystemdHost, ...except: readonly Place[]) => {
    const found = differences(since.get(host) ?? [], await stateOf(host));
    return found.filter((line) => !except.some((place) => line.slice(2).startsWith(`${place}: `)));
  };

  it("M08 a host that left is as it was before it joined, and after a purge as before the installation", async () => {
    await removeAll(h2, ["db"], []);
    await h2.run(["fairway", "leave"]);
    assert.deepEqual(await changes(installed, h2), []);
    await purge(h2);
    assert.deepEqual(await changes(bare, h2), []);
  });

  it("M08 a center leaves last; then it is as it was before `fairway init`, and may be a center again", async () => {
    const { code, stderr } = await h1.run(["fairway", "leave"], { check: false });
    assert.equal(code, 1);
    assert.match(stderr, /this host still has 1 endpoint /);
    await removeAll(h1, ["web"], []);
    assert.equal(await h1.sh("fairway leave"), "h1 is out of the cluster.");
    assert.deepEqual(await changes(installed, h1), []);
    await h1.run(["fairway", "init"]);
    await createNetwork(h1, "blue");
    await startContainer(h1, "web", "blue", "--publish", "80:80");
  });

  // With the program gone, nobody removes rows of OVN's; networks had no others. See docs/uninstall.md.
  // Nobody keeps what `fairway init` told Open vSwitch: another user of OVN on this machine may have set the same.
  it("O08 a center that was purged, after its containers and networks, has nothing of Fairway but Open vSwitch's settings, the chassis and the epoch", async () => {
    await removeAll(h1, ["web"], ["blue"]);
    // As --dns writes it where Docker needs it, and a person has added a setting since.
    const [line, own] = ['  "dns": ["192.0.2.53"]', '  "debug": false'];
    await h1.sh(`printf '%s\\n' '${line}' made >/var/lib/fairway/engine-dns
      mkdir -p /etc/docker; printf '%s\\n' '{' '${line},' '${own}' '}' >/etc/docker/daemon.json`);
    await purge(h1);
    assert.deepEqual(JSON.parse(await h1.sh("cat /etc/docker/daemon.json; rm /etc/docker/daemon.json")), {
      debug: false,
    });
    assert.deepEqual(await changes(bare, h1, "Open vSwitch's settings", "OVN's databases"), []);
    const left = "ovn-nbctl get NB_Global . external_ids; ovn-sbctl --bare --columns=name list Chassis";
    assert.match(await h1.sh(left), /^\{fairway-epoch="1"\}\n[0-9a-f-]{36}$/);
    const ours = ["Logical_Switch", "Logical_Router", "Logical_Switch_Port", "Load_Balancer", "ACL"].map(
      (table) => `ovn-nbctl --bare --columns=_uuid find ${table} external_ids:fairway!=-`,
    );
    assert.equal((await h1.sh(ours.join("; "))).trim(), "");
  });
});
