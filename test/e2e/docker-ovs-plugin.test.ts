import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import {
  addressOf,
  answers,
  createNetwork,
  hasNetwork,
  ping,
  removeAll,
  startContainer,
} from "./docker-network.ts";
import { variant } from "./settings.ts";
import { Wire } from "./wire.ts";

/** The document of docker-ovs-plugin, whose commands run as they are printed; absent in continuous integration. */
const seeds = process.env["FAIRWAY_SEEDS"] ?? resolve(import.meta.dirname, "../../../shared/seeds");
const document = join(seeds, "docker-ovs-plugin-readme.md");

/** As it prints them. */
const printed = {
  nat: "./docker-ovs-plugin   --gateway=172.18.40.1  --bridge-subnet=172.18.40.0/24  -mode=nat",
  flat: "docker-ovs-plugin --gateway=192.168.1.1 --bridge-subnet=192.168.1.0/24 -mode=flat",
  nic: "ovs-vsctl add-port ovsbr-docker0 eth2",
};

/** The defaults of an engine that say what the plugin's flags said; docs/coming-from.md. */
function defaultsOf(command: string): Record<string, string> {
  const flag = (name: string) => new RegExp(`${name}=(\\S+)`).exec(command)?.[1] ?? "";
  return { mode: flag("-mode"), subnet: flag("--bridge-subnet"), gateway: flag("--gateway") };
}

/** The plugin made its bridge itself; a datapath in user space is this lab's. Somebody on the LAN has the gateway's address. */
const bridge = "ovs-vsctl add-br ovsbr-docker0 -- set Bridge ovsbr-docker0 datapath_type=netdev";
const gateway = `
  ovs-vsctl add-br br-peer -- set Bridge br-peer datapath_type=netdev -- add-port br-peer peer-nic \\
    -- add-port br-peer peer0 -- set Interface peer0 type=internal
  ip link set peer-nic up
  ip netns add peer0; ip link set peer0 netns peer0; ip -n peer0 link set peer0 up
  ip netns exec peer0 ethtool -K peer0 tx off >/dev/null
  ip -n peer0 address add 192.168.1.1/24 dev peer0`;

describe(`docker-ovs-plugin's way, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    const wire = await Wire.lay(lab);
    for (const host of [h1, h2]) await wire.plug(host, "eth2");
    await wire.plug(h1, "peer-nic");
    await h1.sh(gateway);
    await startFairway(lab, { defaults: defaultsOf(printed.nat) });
  });
  after(() => lab[Symbol.asyncDispose]());

  it("N11 the commands are those that the plugin's document prints", (t) => {
    if (!existsSync(document)) return t.skip(`skipped: no documents in ${seeds}`);
    const text = readFileSync(document, "utf8");
    for (const command of Object.values(printed)) assert.ok(text.includes(command), command);
  });

  it("N11 N01 the quick start: nat mode, with the subnet and the gateway of its flags", async () => {
    await createNetwork(h1, "blue");
    await hasNetwork(h2, "blue");
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
    assert.deepEqual([await addressOf(h1, "web"), await addressOf(h2, "db")], ["172.18.40.2", "172.18.40.3"]);
    assert.match(await h1.docker("exec", "web", "ip", "route"), /default via 172\.18\.40\.1 /);
    await answers(h1, "web", "172.18.40.3");
    await ping(h1, "web", "172.18.40.1");
    await createNetwork(h1, "red");
    const second = await h1.docker(
      "network",
      "inspect",
      "-f",
      "{{range .IPAM.Config}}{{.Subnet}}{{end}}",
      "red",
    );
    assert.match(second, /^10\.128\./, "the next network has a subnet of its own");
    await removeAll(h2, ["db"], []);
    await removeAll(h1, ["web"], ["blue", "red"]);
  });

  it("N11 N04 flat mode: the interface that is put into the plugin's bridge leads containers of both hosts to the LAN", async () => {
    for (const host of [h1, h2]) {
      await host.sh(bridge);
      const file = "/etc/fairway/fairway.yaml";
      const defaults = { ...defaultsOf(printed.flat), bridge: "ovsbr-docker0" };
      const before = await host.sh(`cat ${file}`);
      const text = before.replace(/"defaults":\s*\{[^}]*\}/, `"defaults": ${JSON.stringify(defaults)}`);
      assert.notEqual(text, before);
      await host.sh(`cat >${file} <<'END'\n${text}\nEND`);
      await host.daemon("fairway").stop();
      await host.daemon("fairway").start();
    }
    await assert.rejects(
      createNetwork(h1, "lan"),
      /no physical network has its interface in bridge ovsbr-docker0/,
    );
    for (const host of [h1, h2]) await host.sh(printed.nic);
    await h1.sh("fairway physical-network create lan --type flat && fairway physical-port create lan eth2");
    for (const host of [h1, h2])
      await until("the bridge mapping", async () =>
        /:ovsbr-docker0/.test(await host.sh("ovs-vsctl get Open_vSwitch . external_ids")),
      );
    await createNetwork(h1, "lan");
    await hasNetwork(h2, "lan");
    await startContainer(h1, "web", "lan");
    await startContainer(h2, "db", "lan");
    assert.match(await h1.docker("exec", "web", "ip", "route"), /default via 192\.168\.1\.1 /);
    for (const [host, name] of [
      [h1, "web"],
      [h2, "db"],
    ] as const) {
      const address = await addressOf(host, name);
      assert.match(address, /^192\.168\.1\.\d+$/);
      await ping(host, name, "192.168.1.1");
      await h1.sh(`ip netns exec peer0 ping -c 1 -W 5 ${address}`);
    }
    await ping(h1, "web", await addressOf(h2, "db"));
    await removeAll(h2, ["db"], []);
    await removeAll(h1, ["web"], ["lan"]);
    assert.match(await h1.sh("ovs-vsctl list-ports ovsbr-docker0"), /eth2/, "what a person put in stays");
  });
});
