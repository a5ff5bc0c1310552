import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { dumpForeign, makeForeign } from "../../lab/foreign.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { leftovers } from "../../lab/leftovers.ts";
import { sweepDeadLabs } from "../../lab/record.ts";
import { until } from "../../lab/until.ts";

describe("a lab of two hosts and an outside", () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 2, outside: true });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
  });
  after(() => lab[Symbol.asyncDispose]());

  /** Whether a host answers the machine outside. */
  const answers = async ({ address }: Host) => {
    const { code } = await lab.outside.run(["ping", "-c", "1", "-W", "1", address], { check: false });
    return code === 0;
  };

  it("joins all machines by the underlay", async () => {
    for (const from of lab.machines) {
      for (const to of lab.machines) await ping(from, to.address);
    }
  });

  it("carries TCP between userspace switches and the outside", async () => {
    await using _server = lab.outside.spawn(["socat", "TCP-LISTEN:7777,fork,reuseaddr", "EXEC:cat"]);
    const send = `head -c 300000 /dev/zero | socat -t 5 - TCP:${lab.outside.address}:7777 | wc -c`;
    await until("the server to listen", async () => (await lab.outside.sh("ss -Hltn 'sport = 7777'")) !== "");
    for (const host of lab.hosts) assert.equal(await host.sh(send), "300000");
  });

  it("runs containers on every host", async () => {
    for (const host of lab.hosts) {
      assert.equal(await host.docker("run", "--rm", busyboxImage, "echo", "hello"), "hello");
      await host.docker("run", "--detach", "--name", "sleeper", busyboxImage, "sleep", "1000");
      assert.match(await host.docker("exec", "sleeper", "ps"), /sleep 1000/);
      await host.docker("rm", "--force", "sleeper");
    }
  });

  it("bounds a command and shows what it printed", async () => {
    await assert.rejects(h1.sh("echo before; sleep 1000; echo after", { timeoutMs: 200 }), {
      code: "timeout",
      message: /h1: .* was killed after 200 ms\nbefore$/s,
    });
    await assert.rejects(h1.run(["ls", "/nowhere"]), {
      code: "command-failed",
      message: /ls \/nowhere.*No such file/s,
    });
  });

  it("joins ports across hosts by OVN", async () => {
    await makeLogicalSwitch(h1);
    await Promise.all([plugLogicalPort(h1, 1), plugLogicalPort(h2, 2)]);
    await pingLogical(h1, 2);
  });

  it("kills and restarts daemons one by one", async () => {
    for (const name of ["dockerd", "ovn-controller", "ovs-vswitchd", "ovsdb-server", "ovnnb"] as const) {
      const daemon = h1.daemon(name);
      await daemon.kill();
      assert.equal(daemon.isRunning, false, name);
      await daemon.start();
      assert.equal(daemon.isRunning, true, name);
    }
    await h1.daemon("ovn-northd").stop();
    await h1.daemon("ovn-northd").start();
    await ping(h1, h2.address);
  });

  it("has the NIC under a bridge answer nobody while ovs-vswitchd is away: its MAC address is not the bridge's", async () => {
    await h1.daemon("ovs-vswitchd").kill();
    await lab.outside.sh("ip neigh flush all");
    assert.equal(await answers(h1), false);
    assert.doesNotMatch(await lab.outside.sh(`ip neigh show ${h1.address}`), /lladdr/);
    await h1.daemon("ovs-vswitchd").start();
    await until("an answer", () => answers(h1));
    const mac = await h1.sh("cat /sys/class/net/br-phy/address");
    assert.ok((await lab.outside.sh(`ip neigh show ${h1.address}`)).includes(mac));
  });

  it("keeps a second user's things apart and describes them the same way twice", async () => {
    await makeForeign(h1);
    const dump = await dumpForeign(h1);
    assert.equal(await dumpForeign(h1), dump);
    await h1.sh("iptables -A OTHER -s 192.0.2.9 -j DROP");
    assert.notEqual(await dumpForeign(h1), dump);
  });

  it("parts a host from the others and lets it back", async () => {
    await lab.cut(h2);
    await assert.rejects(ping(lab.outside, h2.address), { code: "command-failed" });
    await ping(lab.outside, h1.address);
    await lab.heal(h2);
    await until("an answer again", () => answers(h2));
  });

  it("switches a host off and on; its disk survives", async () => {
    await h2.docker("create", "--name", "stays", busyboxImage);
    await h2.powerOff();
    assert.equal(h2.isOn, false);
    await assert.rejects(async () => h2.run(["true"]), { code: "machine-is-off" });
    await assert.rejects(ping(h1, h2.address), { code: "command-failed" });

    await h2.powerOn();
    await ping(h1, h2.address);
    assert.equal(await h2.docker("ps", "--all", "--format", "{{.Names}}"), "stays");
    await plugLogicalPort(h2, 2);
    await pingLogical(h2, 1);
  });
});

describe("a lab of several variants", () => {
  it("joins Debian 12, Debian 13 and Docker 28", async () => {
    await using lab = await Lab.start({
      variant: "debian13",
      hosts: [
        { name: "old", variant: "debian12" },
        { name: "new", variant: "debian13" },
        { name: "newest", variant: "docker28" },
      ],
    });
    const versions = await Promise.all(
      lab.hosts.map((host) => host.docker("version", "--format", "{{.Server.Version}}")),
    );
    assert.deepEqual(
      versions.map((version) => version.split(".")[0]),
      ["20", "26", "28"],
    );
    for (const host of lab.hosts) {
      await host.docker(
        "run",
        "--detach",
        "--name",
        "sleeper",
        "--publish",
        "80:80",
        busyboxImage,
        "sleep",
        "1000",
      );
      assert.match(await host.docker("exec", "sleeper", "ps"), /sleep 1000/);
    }
    const [old, , newest] = lab.hosts;
    assert.ok(old && newest);
    await makeLogicalSwitch(old);
    await Promise.all([plugLogicalPort(old, 1), plugLogicalPort(newest, 2)]);
    await pingLogical(old, 2);
  });
});

describe("the end of a lab", () => {
  it("leaves nothing behind after a stop", async () => {
    const lab = await Lab.start({ name: "stopped", hosts: 1, keep: false });
    await lab.host("h1").docker("run", "--detach", busyboxImage, "sleep", "1000");
    assert.notDeepEqual(await leftovers("stopped"), []);
    await lab.stop();
    assert.deepEqual(await leftovers("stopped"), []);
  });

  for (const machines of ["lab", "systemd"] as const)
    it(`kills all processes with the test, and the next start removes the rest: machines of ${machines}`, async () => {
      const script = `
      import { Lab } from "${import.meta.resolve("../../lab/lab.ts")}";
      const lab = await Lab.start({ name: "killed", hosts: 1, machines: "${machines}", outside: true, keep: false });
      await lab.host("h1").docker("run", "--detach", "busybox:lab", "sleep", "1000");
      console.log("started");
      setInterval(() => {}, 1000);`;
      const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(child.stdout, "data");
      const alive = await leftovers("killed");
      assert.ok(
        alive.some((line) => /process .*sleep 1000/.test(line)),
        alive.join("\n"),
      );
      child.kill("SIGKILL");

      await until("its processes and mounts to end", async () =>
        (await leftovers("killed")).every((line) => /^(directory|cgroup) /.test(line)),
      );
      await sweepDeadLabs(); // every start begins with it
      assert.deepEqual(await leftovers("killed"), []);
    });
});

async function ping(from: { run: Host["run"] }, address: string): Promise<void> {
  await from.run(["ping", "-c", "1", "-W", "1", address]);
}

async function makeLogicalSwitch(center: Host): Promise<void> {
  await center.sh(`
    ovn-nbctl ls-add green
    for n in 1 2; do
      ovn-nbctl lsp-add green green$n -- lsp-set-addresses green$n "02:00:00:00:00:0$n 10.9.0.$n"
    done`);
}

/** Gives a host an interface on the logical switch, in a namespace, as a container would have it. */
async function plugLogicalPort(host: Host, number: number): Promise<void> {
  await host.sh(`
    ip netns add green
    ip link add green${number} type veth peer name inner address 02:00:00:00:00:0${number} netns green
    ip netns exec green ethtool -K inner tx off >/dev/null
    ip -n green address add 10.9.0.${number}/24 dev inner
    ip -n green link set inner up
    ip link set green${number} up
    ovs-vsctl --may-exist add-port br-int green${number} \\
      -- set Interface green${number} external_ids:iface-id=green${number}
    ovs-vsctl --timeout=10 wait-until Interface green${number} external_ids:ovn-installed=true`);
}

/** The other host may learn of a new port a little later than its own. */
async function pingLogical(host: Host, number: number): Promise<void> {
  await until("a ping through OVN", async () => {
    const { code } = await host.run(
      ["ip", "netns", "exec", "green", "ping", "-c", "1", "-W", "1", `10.9.0.${number}`],
      { check: false },
    );
    return code === 0;
  });
}
