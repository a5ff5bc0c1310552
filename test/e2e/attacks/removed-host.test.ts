// For test/e2e/attacks/. scripts/test-suites.ts must find that folder.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import type { Host } from "../../../lab/host/host.ts";
import { until } from "../../../lab/until.ts";
import { createNetwork, removeAll, startContainer } from "../docker-network.ts";
import { assertRefused, hostDirectory, Joining } from "../joining.ts";
import { variant } from "../settings.ts";

describe(`a host of ${variant} that must go`, () => {
  let cluster: Joining;
  let h1: Host;
  let h2: Host;
  let h3: Host;

  before(async () => {
    cluster = await Joining.start();
    [h1, h2, h3] = cluster.hosts;
  });
  after(() => cluster?.[Symbol.asyncDispose]());
  beforeEach(() => cluster.begin());

  /** What somebody does who has copied h3's key to a machine of another address. */
  async function asH3(from: Host, words: string): Promise<{ code: number | null; text: string }> {
    const tls = "-p /tmp/old/key.pem -c /tmp/old/cert.pem -C /tmp/old/ca.pem";
    const script = `ovn-sbctl --db=ssl:10.200.0.1:6642 ${tls} --timeout=5 ${words}`;
    const { code, stdout, stderr } = await from.run(["sh", "-c", script], { check: false });
    return { code, text: stdout + stderr };
  }

  async function copyKeyOfH3(): Promise<void> {
    const packed = await h3.sh(`tar --create --directory ${hostDirectory} . | base64 --wrap=0`);
    await h2.sh(
      `rm -rf /tmp/old; mkdir /tmp/old; echo ${packed} | base64 --decode | tar --extract --directory /tmp/old`,
    );
  }

  it("M08 a removed host's key reaches the Southbound from no address", async () => {
    await cluster.join(h3);
    await copyKeyOfH3();
    assert.equal((await asH3(h2, "show")).code, 0, "as long as the host is in");
    await h1.run(["fairway", "host", "rm", "h3"]);
    const { code, text } = await asH3(h2, "show");
    assert.notEqual(code, 0, text);
    await until("its chassis to be gone", async () => !/\bh3\b/.test(await h1.sh("ovn-sbctl show")));
    await asH3(h2, "chassis-add h3 geneve 10.200.0.3");
    assert.doesNotMatch(await h1.sh("ovn-sbctl show"), /\bh3\b/);
    await h3.sh("fairway leave");
  });

  it("M08 a host that runs containers and beats goes by force, at once", async () => {
    await cluster.join(h3);
    await copyKeyOfH3();
    await createNetwork(h3, "blue");
    await startContainer(h3, "web", "blue");
    await assertRefused(h1, ["host", "rm", "h3"], /still has endpoints: web/);
    await assertRefused(h1, ["host", "rm", "h3", "--dead"], /is not dead/);
    await h1.run(["fairway", "host", "rm", "h3", "--force"]);
    assert.deepEqual(await cluster.hostsKnown(), ["h1 up", "h2 up"]);
    assert.equal(await h1.sh("fairway endpoint ls -o json"), "[]");
    assert.doesNotMatch(await h1.sh("ovn-sbctl show"), /\bh3\b/);
    assert.notEqual((await asH3(h2, "show")).code, 0);
    await removeAll(h3, ["web"], []);
    await h3.sh("fairway leave --force");
  });
});
