import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { followServers, offerNames, withdrawNames } from "../../src/cluster/engine-dns.ts";

describe("Docker's dns setting", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "fairway-dns-"));
    await put("resolv.conf", "nameserver 127.0.0.53\noptions edns0\n");
    await put("stub.conf", "nameserver 192.0.2.1\nnameserver fe80::1%eth0\nnameserver 2001:db8::1\n");
  });
  afterEach(() => rm(directory, { recursive: true }));

  const at = (name: string) => join(directory, name);
  const put = (name: string, text: string) => writeFile(at(name), text);
  const files = () => ({
    daemon: at("daemon.json"),
    record: at("engine-dns"),
    resolvConf: at("resolv.conf"),
    behindStub: at("stub.conf"),
  });
  const offer = (change: boolean, version: string | undefined = "28.5.2") =>
    offerNames({ change, version }, files());
  const withdraw = () => withdrawNames(files());
  const daemon = () => readFile(at("daemon.json"), "utf8");
  const settings = async () => JSON.parse(await daemon());
  const real = ["192.0.2.1", "2001:db8::1"];

  test("M05 without leave nothing is changed, and what would be written is said, with the reason", async () => {
    const [advice = "", ...others] = await offer(false);
    assert.match(advice, /asks from the host/);
    assert.match(
      advice,
      /put "dns": \["192\.0\.2\.1", "2001:db8::1"\] into \S+daemon\.json and restart Docker/i,
    );
    assert.deepEqual(others, []);
    await assert.rejects(daemon());
    assert.deepEqual(await offer(false, "27.0.1"), [advice], "whether 27 does is not known");
    assert.deepEqual(await offer(false, undefined), [advice], "nor which one there will be");
  });

  test("M05 engines that ask from the container need nothing, and nothing is said", async () => {
    for (const version of ["20.10.24", "26.1.5"])
      for (const change of [false, true]) assert.deepEqual(await offer(change, version), []);
    await assert.rejects(daemon());
  });

  test("M05 with leave the host's real servers are written, beside all else, and go again; so does a file that was not there", async () => {
    assert.match((await offer(true)).join(), /restart Docker .*running containers keep their servers/i);
    assert.deepEqual(await settings(), { dns: real });
    assert.deepEqual(await offer(true), [], "there is nothing left to do");
    assert.match((await withdraw()).join(), /restart Docker/i);
    assert.deepEqual((await readdir(directory)).sort(), ["resolv.conf", "stub.conf"]);
    assert.deepEqual(await withdraw(), [], "twice is once");
    await put("daemon.json", '{"live-restore": true}');
    await offer(true);
    assert.deepEqual(await settings(), { dns: real, "live-restore": true });
    await put("resolv.conf", "nameserver 192.0.2.9\n");
    assert.match((await offer(true)).join(), /192\.0\.2\.9/, "servers that have changed are written anew");
    await withdraw();
    assert.deepEqual(await settings(), { "live-restore": true });
  });

  test("M05 what was written follows the host's servers, and goes with the cluster all the same; what a person set does not", async () => {
    const changed = () => followServers(files());
    assert.equal(await changed(), undefined, "nothing was written here");
    await put("daemon.json", '{"debug": true}');
    await offer(true);
    assert.equal(await changed(), undefined, "nothing has changed");
    await put("stub.conf", "nameserver 192.0.2.7\n");
    assert.deepEqual(await changed(), { before: real, now: ["192.0.2.7"] });
    assert.deepEqual(await settings(), { debug: true, dns: ["192.0.2.7"] });
    await put("stub.conf", "");
    assert.equal(await changed(), undefined, "while the host has none, the last ones stay");
    await put("stub.conf", "nameserver 192.0.2.8\n");
    await put("daemon.json", '{"dns": ["192.0.2.53"]}');
    assert.equal(await changed(), undefined);
    assert.deepEqual(await settings(), { dns: ["192.0.2.53"] });
    await put("daemon.json", '{"debug": true, "dns": ["192.0.2.7"]}');
    await changed();
    assert.deepEqual(await settings(), { debug: true, dns: ["192.0.2.8"] });
    await withdraw();
    assert.deepEqual(await settings(), { debug: true });
  });

  test("M05 what a person set, before or since, stays", async () => {
    await put("daemon.json", '{"dns": ["192.0.2.53"]}');
    assert.deepEqual(await offer(true), []);
    assert.deepEqual(await withdraw(), []);
    assert.equal(await daemon(), '{"dns": ["192.0.2.53"]}');
    await put("daemon.json", "{}");
    await offer(true);
    await put("daemon.json", JSON.stringify({ dns: [...real, "192.0.2.53"], debug: true }));
    assert.deepEqual(await withdraw(), []);
    assert.deepEqual(await settings(), { dns: [...real, "192.0.2.53"], debug: true });
  });

  test("M05 the agent's address, which an earlier version wrote, goes: with leave, and with the cluster", async () => {
    const old = '{"dns": ["169.254.53.53", "192.0.2.53"], "debug": true}';
    await put("daemon.json", old);
    for (const version of ["20.10.24", "28.5.2"]) {
      assert.match((await offer(false, version)).join(), /169\.254\.53\.53/);
      assert.equal(await daemon(), old);
    }
    await offer(true, "20.10.24");
    assert.deepEqual(await settings(), { dns: ["192.0.2.53"], debug: true });
    for (const text of [old, '{"dns": ["169.254.53.53"], "debug": true}']) {
      await put("daemon.json", text);
      assert.match((await withdraw()).join(), /restart Docker/i);
      const { dns = [] } = await settings();
      assert.ok(!dns.includes("169.254.53.53"));
    }
    assert.deepEqual(await settings(), { debug: true });
  });

  test("a file that is no JSON object is left alone, and named", async () => {
    for (const text of ["{", "[]"]) {
      await put("daemon.json", text);
      await assert.rejects(offer(true), {
        code: "conflict",
        message: /^\S+daemon\.json .*; mend it first$/,
      });
      assert.equal(await daemon(), text);
      await put("engine-dns", '  "dns": ["192.0.2.1"]\n');
      assert.match((await withdraw()).join(), /daemon\.json .*mend it.*192\.0\.2\.1/);
      assert.equal(await daemon(), text);
    }
  });

  test("M05 a host without a server that containers reach is told", async () => {
    await put("stub.conf", "");
    assert.match((await offer(true)).join(), /names no server that containers reach/);
    await assert.rejects(daemon());
  });
});
