import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { configure, leavePlainSouthbound } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { createNetwork, hasNetwork, removeAll, startContainer } from "./docker-network.ts";
import { assertRefused } from "./joining.ts";
import { differences, type Place, stateOf } from "./machine-state.ts";
import { variant } from "./settings.ts";

/** What machines without systemd do not have. */
const except: readonly Place[] = ["units"];

/** Sockets of daemons that begin anew have other names. */
const isSocket = (line: string) => /\/run\/(ovn|openvswitch)\//.test(line);

describe(`a center leaves, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  /** Of the machine that becomes a center. */
  let bare: readonly string[];

  before(async () => {
    lab = await Lab.start({ hosts: [{ name: "h1", center: true }, { name: "h2" }], variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    for (const host of lab.hosts) await configure(host, {});
    await leavePlainSouthbound(h2);
    // The lab's own cluster had it.
    await h1.sh("ovn-sbctl --if-exists chassis-del h2");
    await until(
      "the tunnel to h2 to go",
      async () => !(await h1.sh("ovs-vsctl list-ports br-int")).includes("ovn-h2"),
    );
    bare = await stateOf(h1, except);
    await h2.sh(joinLine(await h1.sh(`fairway init --address ${h1.address}`)));
  });
  after(() => lab?.[Symbol.asyncDispose]());

  const changed = async () => differences(bare, await stateOf(h1, except)).filter((line) => !isSocket(line));

  it("M08 while it has other hosts or containers a center does not leave, and says which and what to do", async () => {
    await assertRefused(
      h1,
      ["leave"],
      /^fairway: this machine is the center, and the cluster has other hosts: h2\. Each of them leaves first .*fairway host rm NAME --dead.*--force/m,
    );
    await h2.run(["fairway", "leave"]);
    await createNetwork(h1, "blue");
    await startContainer(h1, "web", "blue", "--publish", "8080:80");
    await assertRefused(h1, ["leave"], /^fairway: this host still has 1 endpoint on Fairway's networks/m);
    assert.equal(await h1.sh("fairway status >/dev/null; echo $?"), "0", "it goes on");
  });

  it("M08 a center that left is as it was before it was one, also with networks that nobody removed; it may be one again", async () => {
    await removeAll(h1, ["web"], []);
    await h1.sh("ovn-nbctl ls-add foreign");
    assert.equal(await h1.sh("fairway leave"), "h1 is out of the cluster.");
    await h1.sh("ovn-nbctl ls-del foreign");
    assert.deepEqual(await changed(), []);
    assert.equal(await h1.sh("fairway leave"), "This machine is in no cluster.");
    const line = joinLine(await h1.sh(`fairway init --address ${h1.address} --port 6650`));
    assert.match(line, /^fairway join 10\.200\.0\.1:6650 --token /, "the line says the port");
    await h2.sh(line);
    assert.equal(await h1.sh('fairway host ls -o json | grep -c \'"state": *"up"\''), "2");
    await createNetwork(h1, "blue");
    await hasNetwork(h2, "blue");
  });

  it("M08 by force a center leaves although it has hosts and containers, and says what is left to do where", async () => {
    await startContainer(h1, "web", "blue");
    assert.equal(
      await h1.sh("fairway leave --force"),
      [
        "h1 is out of the cluster.",
        "h2 was a host of this cluster; there: fairway leave --force",
        "Docker keeps blue, which nothing serves any more.",
      ].join("\n"),
    );
    assert.equal(await h1.sh("ovs-vsctl list-ports br-int | grep '^fw' || true"), "");
    assert.equal(await h1.sh("ip -o link show | grep ': fw' || true"), "");
    assert.equal(await h1.sh("docker exec web ip -o link show | grep eth0 || true"), "");
    // Docker waits for the driver that is gone, a minute for each removal: its network stays here.
    const left = async () => (await changed()).filter((line) => !line.slice(2).startsWith("Docker: "));
    // ovn-controller takes the tunnel to the other host away a moment later.
    await until("the tunnels to go", async () => !(await left()).some((line) => line.includes("ovn-h2")));
    assert.deepEqual(await left(), []);
    assert.match(await h2.sh("fairway leave --force"), /^h2 is out of the cluster\./);
  });
});

/** The line for another machine that `fairway init` prints. */
function joinLine(printed: string): string {
  const line = /^ *(fairway join .*)$/m.exec(printed)?.[1];
  assert.ok(line !== undefined, printed);
  return line;
}
