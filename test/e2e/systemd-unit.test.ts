import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { SystemdHost } from "../../lab/host/systemd-host.ts";
import { until } from "../../lab/until.ts";
import {
  addressOf,
  createNetwork,
  hasNetwork,
  ping,
  removeAll,
  removeNetworks,
  startContainer,
  startSpeaker,
} from "./docker-network.ts";
import { doctorSays } from "./doctor-says.ts";
import { variant } from "./settings.ts";
import { SystemdMachines, versions } from "./systemd-machines.ts";
import { Traffic } from "./traffic.ts";

/** What `systemctl stop` may take. */
const stopBoundMs = 5000;

describe(`the package's units under systemd, ${variant}`, () => {
  let machines: SystemdMachines;
  let h1: SystemdHost;
  let h2: SystemdHost;

  before(async () => {
    machines = await SystemdMachines.start({ variant, hosts: 2, newer: true });
    [h1, h2] = machines.pair;
    await machines.makeCluster();
  });
  after(() => machines?.[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const host of [h1, h2]) await removeAll(host, ["web", "db", "cache"], []);
    await removeNetworks(h1, "blue");
  });

  const mainPid = (unit = "fairway") => h1.sh(`systemctl show --property=MainPID --value ${unit}`);
  const isRunning = async (unit = "fairway") =>
    (await h1.run(["systemctl", "is-active", unit], { check: false })).code === 0;

  it("O08 the units take from Fairway what its work does not need: systemd rates them 5.6 at most", async () => {
    for (const unit of ["fairway", "fairway-southbound"]) {
      const file = `/usr/lib/systemd/system/${unit}.service`;
      const rate = ["systemd-analyze", "security", "--offline=true", "--threshold=56", "--no-pager", file];
      const { code, stdout } = await h1.run(rate, { check: false });
      assert.equal(code, 0, stdout);
    }
    const status = await h1.sh(`cat /proc/${await mainPid()}/status`);
    // Seccomp filters; no more capabilities than the unit's.
    assert.match(status, /^Seccomp:\t2$/m);
    assert.match(status, /^CapEff:\t0000000000283402$/m);
  });

  it("O08 N09 under the unit a center and host does all its work, and no call of it is refused", async () => {
    await createNetwork(h1, "blue", "--ipv6", "--subnet", "10.1.0.0/24", "--subnet", "fd01::/64");
    await startSpeaker(h1, "web", "blue", "web", "-p", "80:80");
    await startContainer(h1, "db", "blue", "--dns", "169.254.53.53");
    await hasNetwork(h2, "blue");
    // The other host has no container on the network: its way there is a device that Fairway opens.
    await until("an answer from afar", async () => {
      const { code } = await h2.run(["ping", "-c", "1", "-W", "1", await addressOf(h1, "db")], {
        check: false,
      });
      return code === 0;
    });
    const mtu = () => h1.docker("exec", "db", "cat", "/sys/class/net/eth0/mtu");
    assert.equal(await mtu(), "1442");
    await h2.sh("ip link set br-phy mtu 1400");
    await startContainer(h2, "cache", "blue");
    await until("what runs to follow a smaller underlay", async () => (await mtu()) === "1342");
    await until("a name across hosts", async () => ping(h1, "db", "cache").catch(() => undefined));
    await ping(h1, "db", machines.lab.outside.address);
    await h1.run(["ping", "-c", "1", "-W", "5", await addressOf(h1, "db")]);
    const words = ["socat", "-T", "5", "-", `TCP4:${h1.address}:80`];
    assert.equal((await machines.lab.outside.run(words)).stdout, "web\n");

    // Whose a port is can be told of other users' processes, too.
    await h1.run(["systemd-run", "--uid=nobody", "socat", "TCP-LISTEN:8081", "EXEC:cat"]);
    await until("the server", async () => (await h1.sh("cat /proc/net/tcp")).includes(":1F91 "));
    const taken = startContainer(h1, "taken", "blue", "-p", "8081:80");
    await assert.rejects(taken, /8081\/tcp .* in use by socat/);
    await removeAll(h1, ["taken"], []);

    for (const host of [h1, h2]) {
      await doctorSays(host, /^Nothing fails/m);
      const log = await host.sh("journalctl --no-pager --unit=fairway");
      assert.match(log, /ready plugin=/);
      assert.doesNotMatch(log, /EPERM|EACCES|not permitted|cannot be opened|[Pp]ermission denied/);
    }
  });

  it("O07 O08 systemctl shows both programs by their names, and the journal has each line's priority", async () => {
    assert.match(await h1.sh("systemctl status --no-pager fairway"), /Main PID: \d+ \(fairway\)/);
    assert.match(
      await h1.sh("systemctl status --no-pager fairway-southbound"),
      /Main PID: \d+ \(fairway-sb\)/,
    );
    await h1.sh("systemctl stop ovn-ovsdb-server-nb");
    const journal = (...words: string[]) =>
      h1.sh(["journalctl", "--no-pager", "--unit=fairway", ...words].join(" "));
    await until("a warning", async () => / WARN /.test(await journal()));
    await h1.sh("systemctl start ovn-central");
    const warnings = await journal("--priority=warning");
    assert.match(warnings, / WARN /);
    assert.doesNotMatch(warnings, / INFO |<4>/);
  });

  it("X10 a center whose port is in use ends, says by whom, and starts once the port is free", async () => {
    await h1.run(["systemctl", "stop", "fairway"]);
    await h1.run(["ovs-vsctl", "set-manager", "ptcp:6640"]);
    const start = await h1.run(["systemctl", "start", "fairway"], { check: false });
    const log = await h1.sh("journalctl --no-pager --unit=fairway");
    await h1.run(["ovs-vsctl", "del-manager"]);
    assert.notEqual(start.code, 0);
    assert.match(
      log,
      /cannot listen on 10\.200\.0\.1:6640: ovsdb-server \(process \d+\) listens on port 6640\. .*`ovs-vsctl del-manager`/,
    );
    await until("Fairway to run", () => isRunning());
  });

  it("O08 systemctl stop ends in under 5 s, on the center and on a host, with containers and without the center", async (t) => {
    await createNetwork(h1, "blue");
    await hasNetwork(h2, "blue");
    await startContainer(h1, "web", "blue", "-p", "80:80");
    await startContainer(h2, "db", "blue");
    const stop = async (host: SystemdHost, when: string) => {
      const startedAt = performance.now();
      await host.run(["systemctl", "stop", "fairway"]);
      const tookMs = Math.round(performance.now() - startedAt);
      t.diagnostic(`${host.name}, ${when}: stopped in ${tookMs} ms`);
      assert.equal(await host.sh("systemctl show --property=Result --value fairway"), "success");
      assert.ok(tookMs < stopBoundMs, `${tookMs} ms`);
      await host.run(["systemctl", "start", "fairway"]);
    };
    await stop(h2, "the center answers");
    await stop(h1, "a host is connected");
    await machines.lab.cut(h1);
    await stop(h2, "the center is silent");
    await stop(h1, "the host is silent");
    await machines.lab.heal(h1);
    await h1.sh("systemctl stop ovn-ovsdb-server-nb ovn-ovsdb-server-sb ovn-northd");
    await stop(h1, "OVN's databases are away");
    await h1.sh("systemctl start ovn-central");
    await h2.sh("systemctl kill --signal=STOP docker");
    await stop(h2, "Docker does not answer");
    await h2.sh("systemctl kill --signal=CONT docker");

    // A call of Docker's that waits: for the center, for the intent's database, for Open vSwitch.
    await removeAll(h2, ["db"], []);
    const start = (host: SystemdHost) =>
      host.spawn(["docker", "run", "--rm", "--network", "blue", "busybox:lab", "true"]);
    const waits = (host: SystemdHost, name: string) =>
      until(`a container that waits on ${name}`, async () => {
        const created = await host.sh("docker ps --all --quiet --filter status=created");
        return created !== "";
      });
    await machines.lab.cut(h1);
    {
      await using _run = start(h2);
      await waits(h2, "h2");
      await stop(h2, "Docker waits for a center that is silent");
    }
    await machines.lab.heal(h1);
    for (const [what, frozen] of [
      ["the intent's database hangs", "$(cat /run/fairway/intent.pid)"],
      ["Open vSwitch's database hangs", "$(cat /run/openvswitch/ovsdb-server.pid)"],
      ["ovs-vswitchd hangs", "$(cat /run/openvswitch/ovs-vswitchd.pid)"],
    ] as const) {
      await until(
        "Fairway to lead",
        async () => JSON.parse(await h1.sh("fairway status -o json || true")).leader.self,
      );
      const pid = await h1.sh(`echo ${frozen}`);
      await h1.sh(`kill -STOP ${pid}`);
      await using _run = start(h1);
      await waits(h1, "h1");
      await stop(h1, `Docker waits, ${what}`);
      await h1.run(["kill", "-CONT", pid], { check: false });
    }
    await until("the center to hear the host", async () => /^h2 +up /m.test(await h1.sh("fairway host ls")));
  });

  it("O08 restarted, killed, upgraded and removed under systemd, Fairway leaves its containers' traffic alone", async (t) => {
    await createNetwork(h1, "blue");
    await startContainer(h1, "web", "blue");
    await startContainer(h1, "db", "blue");
    const pinging = ["docker", "exec", "web", "ping", "-i", "0.1", await addressOf(h1, "db")];
    await using traffic = new Traffic(h1.spawn(pinging));
    await until("the first answers", () => traffic.answers > 5);

    // Other hosts stay connected to the Southbound.
    const southbound = await mainPid("fairway-southbound");
    assert.notEqual(southbound, "0");
    await h1.run(["systemctl", "restart", "fairway"]);
    const pid = await mainPid();
    await h1.run(["systemctl", "kill", "--kill-whom=main", "--signal=KILL", "fairway"]);
    await until("systemd to start it again", async () => ![pid, "0"].includes(await mainPid()));
    await startContainer(h1, "cache", "blue");
    await ping(h1, "web", await addressOf(h1, "cache"));
    assert.equal(await mainPid("fairway-southbound"), southbound);

    await h1.install(machines.newer);
    assert.equal(JSON.parse(await h1.sh("fairway version -o json")).center, versions.newer);
    await until(
      "the new version",
      async () => ![southbound, "0"].includes(await mainPid("fairway-southbound")),
    );
    await h1.run(["apt-get", "remove", "--yes", "fairway"]);
    assert.equal(await isRunning(), false);
    assert.equal(await isRunning("fairway-southbound"), false);
    assert.deepEqual(await traffic.interruptions(), []);
    t.diagnostic(`${traffic.lost} of ${traffic.sent} pings lost`);
    await h1.install(machines.older);
    await h1.run(["systemctl", "enable", "--now", "fairway"]);
    assert.equal(await isRunning(), true);
  });
});
