import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { addressOf, createNetwork, ping, startContainer } from "./docker-network.ts";
import { makeForgottenEndpoint } from "./forgotten-endpoint.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

describe(`fairway cleanup on a host with its center elsewhere, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let clean: readonly string[];

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    // Mirrors come and go by themselves; here each engine is alone.
    await startFairway(lab, { docker: { mirror: false } });
    await createNetwork(h2, "blue", "--subnet", "10.1.0.0/16");
    await startContainer(h2, "web", "blue");
    await startContainer(h2, "db", "blue");
    // Somebody else's, and as dead as can be.
    await h2.sh("ip link add fwother type veth peer fcother; ovs-vsctl add-port br-int fwother");
    clean = [await tracesOf(h1), await tracesOf(h2)];
  });
  after(() => lab[Symbol.asyncDispose]());

  const cleanup = (...flags: string[]) => h2.run(["fairway", "cleanup", ...flags]);
  const traces = async () => [await tracesOf(h1), await tracesOf(h2)];

  it("O05 a dry run tells what would go and why, and changes nothing; then it goes, with port, link and address, and what lives and what is foreign stays", async () => {
    await makeForgottenEndpoint(h2, "blue", "10.1.77.1/16");
    // Dead, it does not clean up by itself meanwhile.
    await h2.daemon("fairway").kill();
    const before = await traces();
    const { stdout, stderr } = await cleanup("--dry-run");
    assert.match(stderr, /^fairway: found 1 thing that looks dead; looking again in 10 s$/m);
    assert.match(stdout, /^KIND +NAME +WHY +OUTCOME\n/);
    assert.match(
      stdout,
      /^endpoint +10\.1\.77\.1\/16 +the engine has no endpoint \w{12} +would be removed$/m,
    );
    assert.deepEqual(await traces(), before);

    assert.match(
      (await cleanup()).stdout,
      /^endpoint +10\.1\.77\.1\/16 +the engine has no endpoint \w{12} +removed$/m,
    );
    assert.deepEqual(await traces(), clean);
    await ping(h2, "db", await addressOf(h2, "web"));
    await h2.sh("ip link show fwother");
    assert.equal((await cleanup()).stdout, "Nothing is left over.\n");
    await h2.daemon("fairway").start();
  });

  it("O05 nothing goes while the engine does not answer", async () => {
    await makeForgottenEndpoint(h2, "blue", "10.1.77.2/16");
    await h2.daemon("fairway").kill();
    await h2.daemon("dockerd").kill("SIGSTOP");
    const silent = await h2.run(["fairway", "cleanup"], { check: false });
    await h2.daemon("dockerd").kill("SIGCONT");
    assert.match(silent.stderr, /The engine at \/run\/docker\.sock does not answer/);
    assert.equal(silent.code, 1);
    assert.notDeepEqual(await traces(), clean);
    await h2.daemon("fairway").start();
    await becomes(h1, clean[0] ?? "");
    await becomes(h2, clean[1] ?? "");
  });
});
