import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { busyboxImage } from "../../lab/host/host.ts";
import type { SystemdHost } from "../../lab/host/systemd-host.ts";
import { Lab } from "../../lab/lab.ts";
import { leftovers } from "../../lab/leftovers.ts";
import { parseVariant } from "../../lab/trees/tree.ts";

const variant = parseVariant(process.env["VARIANT"] ?? "debian12");

describe(`machines that boot systemd, ${variant}`, () => {
  const name = `systemd-${process.pid}`;
  let lab: Lab;
  let h1: SystemdHost;
  let h2: SystemdHost;

  before(async () => {
    const startedAt = performance.now();
    lab = await Lab.start({ name, hosts: 2, machines: "systemd", variant, outside: true, keep: false });
    process.stderr.write(`Two machines booted in ${Math.round(performance.now() - startedAt)} ms.\n`);
    [h1, h2] = [lab.systemdHost("h1"), lab.systemdHost("h2")];
  });
  after(async () => {
    await lab?.stop();
    assert.deepEqual(await leftovers(name), []);
  });

  const answers = async (from: SystemdHost, address: string) =>
    (await from.run(["ping", "-c", "1", "-W", "2", address], { check: false })).code === 0;

  it("starts what the packages enable by their own units, and none fails", async () => {
    for (const host of [h1, h2]) {
      assert.equal(await host.sh("systemctl list-units --failed --plain --no-legend"), "");
      assert.equal(await host.bootState(), "running");
      const units = [
        "docker",
        "openvswitch-switch",
        "ovs-vswitchd",
        "ovn-controller",
        "ovn-northd",
        "networking",
      ];
      assert.equal(
        await host.sh(`systemctl is-active ${units.join(" ")}`),
        units.map(() => "active").join("\n"),
      );
    }
  });

  it("joins them and the outside by addresses on a bridge of Open vSwitch's", async () => {
    assert.equal(await answers(h1, h2.address), true);
    assert.equal(await answers(h2, lab.outside.address), true);
    assert.match(await h1.sh("ovs-vsctl get Bridge br-phy datapath_type"), /netdev/);
  });

  it("keeps each machine's identity and processes apart", async () => {
    const ids = await Promise.all([h1, h2].map((host) => host.sh("cat /etc/machine-id; hostname")));
    assert.notEqual(ids[0], ids[1]);
    assert.equal(await h1.sh("ps -o comm= -p 1"), "systemd");
    assert.equal(await h1.docker("run", "--rm", busyboxImage, "echo", "hello"), "hello");
  });

  it("shuts down and boots by systemd; what was enabled runs again, and the journal has both boots", async () => {
    const bootId = "cat /proc/sys/kernel/random/boot_id";
    const before = await h2.sh(bootId);
    await h2.docker(
      "run",
      "--detach",
      "--name",
      "stays",
      "--restart",
      "always",
      busyboxImage,
      "sleep",
      "1000",
    );
    await h2.docker("kill", "--signal", "KILL", "stays");
    await h2.reboot();
    assert.equal(await h2.bootState(), "running");
    assert.notEqual(await h2.sh(bootId), before);
    assert.equal(await answers(h1, h2.address), true);
    assert.match(await h2.sh("journalctl --list-boots --no-pager"), /^ *-1 .*\n *0 /m);
    assert.match(await h2.sh("journalctl --boot=-1 --unit=docker --no-pager"), /Stopped/);
  });

  it("leaves the kernel's own settings alone", async () => {
    await assert.rejects(h1.sh("echo 1 >/proc/sys/kernel/panic"), { code: "command-failed" });
    await h1.sh("echo 1 >/proc/sys/net/ipv4/ip_forward");
  });
});
