import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { configure, initCenter, leavePlainSouthbound } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { addressOf, createNetwork, hasNetwork, ping, startContainer } from "./docker-network.ts";
import { settingsOf } from "./joining.ts";
import { variant } from "./settings.ts";

/** The commands that give a NIC's addresses to a bridge. */
const moveLine = /ovs-vsctl add-br br-phy .*$/m;

describe(`hosts without the kernel's module whose address is on a plain NIC, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant, outside: true });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    for (const host of [h1, h2]) {
      await configure(host, {});
      await leavePlainSouthbound(host);
      await host.sh(`ovs-vsctl del-br br-phy -- remove open_vswitch . external_ids ovn-bridge-datapath-type
        sysctl -qw net.ipv4.conf.eth0.arp_ignore=0
        ip link set eth0 up
        ip address add ${host.address}/24 dev eth0
        ip route add default via ${lab.outside.address}`);
    }
  });
  after(() => lab[Symbol.asyncDispose]());

  const refusal = async (host: Host, words: readonly string[]) => {
    const before = await settingsOf(host);
    const { code, stderr } = await host.run(["fairway", ...words], { check: false, timeoutMs: 60_000 });
    assert.equal(code, 1, stderr);
    assert.match(stderr, new RegExp(`no packet reaches another host by ${host.address}, which is on eth0`));
    assert.match(stderr, /modprobe openvswitch[^]*on the console[^]*--datapath userspace/);
    assert.deepEqual(await settingsOf(host), before, "nothing was changed");
    return moveLine.exec(stderr)?.[0] ?? assert.fail(stderr);
  };
  const datapath = async (host: Host) => {
    const { stdout } = await host.run(["fairway", "doctor", "-o", "json"], { check: false });
    const { checks }: { checks: readonly { check: string; state: string; seen: string; mend?: string }[] } =
      JSON.parse(stdout);
    return checks.find(({ check }) => check === "datapath") ?? assert.fail(stdout);
  };

  it("M01 O03 init stops with the mend, or makes a host that stays alone where it is told to; doctor fails that", async () => {
    await refusal(h1, ["init", "--address", h1.address]);
    await initCenter(h1, "--datapath", "userspace");
    const { state, seen, mend = "" } = await datapath(h1);
    assert.equal(state, "fail");
    assert.match(
      seen,
      /10\.200\.0\.1 is on eth0, not on a bridge of Open vSwitch: no packet reaches another host/,
    );
    const line = moveLine.exec(mend)?.[0] ?? assert.fail(mend);
    await h1.sh(line);
    assert.equal((await datapath(h1)).state, "warn", "slower, but complete");
    assert.match(await h1.sh("ip route"), /^default via 10\.200\.0\.254 dev br-phy/m);
  });

  it("M01 M04 join stops before the token is used; after the line that it prints the host joins, and containers reach each other", async () => {
    const { token }: { token: string } = JSON.parse(await h1.sh("fairway token create -o json"));
    const join = ["join", h1.address, "--token", token];
    await h2.sh(await refusal(h2, join));
    await h2.run(["fairway", ...join], { timeoutMs: 60_000 });
    await h2.daemon("fairway").start();
    await createNetwork(h1, "blue");
    await hasNetwork(h2, "blue");
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
    const web = await addressOf(h1, "web");
    await until("an answer", async () => (await ping(h2, "db", web).catch(() => "")) !== "");
  });
});
