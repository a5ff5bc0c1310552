import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { joinCenter, startFairway } from "../../../lab/fairway.ts";
import type { Host } from "../../../lab/host/host.ts";
import { Lab } from "../../../lab/lab.ts";
import { until } from "../../../lab/until.ts";
import { createNetwork, hasNetwork, ping, removeAll, startContainer } from "../docker-network.ts";
import { checkSays } from "../doctor-says.ts";
import { hostDirectory } from "../joining.ts";
import { variant } from "../settings.ts";
import { meets } from "../three-hosts.ts";

const address = "10.1.0.7";

/** OVN's Southbound, asked with a host's own key. */
const withKey =
  `ovn-sbctl --db=ssl:10.200.0.1:6642 -p ${hostDirectory}/key.pem -c ${hostDirectory}/cert.pem ` +
  `-C ${hostDirectory}/ca.pem --timeout=10`;

describe(`what a host's key can do to ports of other hosts, ${variant}`, { timeout: 300_000 }, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let h3: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 3, variant });
    [h1, h2, h3] = [lab.host("h1"), lab.host("h2"), lab.host("h3")];
    await startFairway(lab);
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    for (const host of [h2, h3]) await hasNetwork(host, "blue");
  });
  after(() => lab?.[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const host of [h1, h2]) await host.daemon("ovn-controller").start();
    await h2.sh("ovs-vsctl --if-exists del-port thief");
    for (const host of lab.hosts) await removeAll(host, ["web", "client", "own"], []);
    // What was seen of a host is forgotten with the process.
    await h1.daemon("fairway").stop();
    await h1.daemon("fairway").start();
  });

  /** A container on h1 that one on h3 reaches, and one on h2; the first one's port. */
  async function start(): Promise<string> {
    await startContainer(h1, "web", "blue", "--ip", address);
    await startContainer(h2, "own", "blue");
    await startContainer(h3, "client", "blue");
    await meets(h3, "client", address);
    const [found] = JSON.parse(await h1.sh("fairway endpoint ls -o json")).filter(
      ({ host }: { host: string }) => host === "h1",
    );
    return found.uuid;
  }

  const uuidOf = (host: Host) => h1.sh(`ovn-sbctl --bare --columns=_uuid find Chassis name=${host.name}`);

  async function columns(port: string, ...names: string[]): Promise<string> {
    const words = `--bare --columns=${names.join(",")} find Port_Binding logical_port=${port}`;
    return (await h1.sh(`ovn-sbctl ${words}`)).split("\n").filter(Boolean).join(" ");
  }

  /** What the center says of who took others' ports. */
  const doctorTells = () =>
    checkSays(
      h1,
      "port bindings",
      /^fail: .*\bh2 claims ports of other hosts: container web of host h1.* → .*fairway host rm h2/,
    );

  it("S03 a port that root of another host takes with its key is back, traffic too, and doctor names the host", async () => {
    const port = await start();
    // Neither of them puts it right by itself.
    for (const host of [h1, h2]) await host.daemon("ovn-controller").kill();
    await h2.sh(`${withKey} set Port_Binding ${port} chassis=${await uuidOf(h2)}`);
    await meets(h3, "client", address);
    assert.equal(await columns(port, "chassis"), await uuidOf(h1));
    await doctorTells();
    assert.match(
      await h1.sh("fairway host show h2"),
      /^status: +bindings: claims ports of other hosts: container web of host h1/m,
    );
    assert.doesNotMatch(await h1.sh("fairway host show h3"), /claims ports/);
  });

  it("S03 a port that is taken again and again is with its host in the end", async () => {
    const port = await start();
    const take = `${withKey} set Port_Binding ${port} chassis=${await uuidOf(h2)}`;
    await h2.sh(`for _ in $(seq 30); do ${take}; sleep 0.1; done`, { timeoutMs: 60_000 });
    await until("the port to be back", async () => (await columns(port, "chassis")) === (await uuidOf(h1)));
    await meets(h3, "client", address);
    await doctorTells();
  });

  it("S03 nobody gets copies of what is sent to a container of another host", async () => {
    const port = await start();
    await h2.daemon("ovn-controller").kill();
    await h2.sh(`${withKey} set Port_Binding ${port} additional_chassis=${await uuidOf(h2)}`);
    await until("the copies to end", async () => (await columns(port, "additional_chassis")) === "");
    await doctorTells();
    await using wire = h2.spawn([
      "tcpdump",
      "-lni",
      "eth0",
      "--immediate-mode",
      "udp port 6081 and host 10.200.0.3",
    ]);
    await until("the wire to be listened to", () => /listening on/.test(wire.log));
    for (let i = 0; i < 5; i++) await ping(h3, "client", address);
    assert.doesNotMatch(wire.log, /10\.1\.0\.7: ICMP echo request/);
  });

  it("S03 a host lets go of no port because another one's key changed its options", async () => {
    const port = await start();
    await h2.sh(`${withKey} set Port_Binding ${port} options:iface-id-ver=another`);
    await until(
      "the options to be what they were",
      async () => !(await columns(port, "options")).includes("iface-id-ver"),
    );
    await until("the port to be bound", async () => (await columns(port, "chassis")) === (await uuidOf(h1)));
    await meets(h3, "client", address);
  });

  it("S03 a host's own OVN does not take up a port of another host", async () => {
    const port = await start();
    await h2.sh(
      `ovs-vsctl add-port br-int thief -- set Interface thief type=internal external_ids:iface-id=${port}`,
    );
    await until("OVN to refuse", async () => {
      const log = await h2.sh("cat /var/log/ovn/ovn-controller.log");
      assert.doesNotMatch(log, new RegExp(`(Claiming lport|Changing chassis for lport) ${port}`));
      return log.includes(`Not claiming lport ${port}`);
    });
    assert.equal(await columns(port, "chassis"), await uuidOf(h1));
  });

  it("S03 M08 nobody is named where OVN's daemons die or end, a container moves, or a host comes back under another chassis' name", async () => {
    await start();
    const controller = h1.daemon("ovn-controller");
    await controller.kill();
    await controller.start();
    await meets(h3, "client", address);
    await h1.sh("ovn-appctl -t ovn-controller exit");
    await until("its end", () => !controller.isRunning);
    await controller.start();
    await meets(h3, "client", address);
    await h1.daemon("ovn-northd").kill();
    await h1.daemon("ovn-northd").start();
    await removeAll(h1, ["web"], []);
    await startContainer(h2, "web", "blue", "--ip", address);
    await meets(h3, "client", address);

    await removeAll(h3, ["client"], []);
    await h3.run(["fairway", "leave"]);
    await h3.daemon("fairway").stop();
    await h3.sh(
      `echo another >/etc/openvswitch/system-id.conf; ovs-vsctl set open_vswitch . external_ids:system-id=another`,
    );
    await joinCenter(h3, h1);
    await hasNetwork(h3, "blue");
    await startContainer(h3, "client", "blue");
    await meets(h3, "client", address);
    assert.match(await h1.sh("ovn-sbctl --columns=options list Port_Binding"), /requested-chassis=another/);
    assert.deepEqual(JSON.parse(await h1.sh("fairway status -o json || true")).foreignBindings, []);
  });
});
