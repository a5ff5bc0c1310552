import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { createNetwork, hasNetwork, removeAll } from "./docker-network.ts";
import { variant } from "./settings.ts";

/** Docker itself waits for ever; Fairway's own bound of a call ends it. */
const callBoundMs = 30_000;

describe(`what Docker says of a center that is away, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await hasNetwork(h2, "blue");
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    await lab.heal(h1);
    await h1.daemon("fairway").start();
    await removeAll(h2, ["web"], []);
  });

  async function startedInVain() {
    const begun = performance.now();
    const words = ["run", "--detach", "--name", "web", "--network", "blue", busyboxImage, "sleep", "1000"];
    const { code, stderr } = await h2.run(["docker", ...words], { check: false, timeoutMs: 60_000 });
    assert.notEqual(code, 0);
    return { stderr, tookMs: performance.now() - begun };
  }

  it("X02 a center from which nothing comes back is named in the error, with for how long, before the call's bound", async () => {
    await lab.cut(h1);
    const { stderr, tookMs } = await startedInVain();
    assert.match(
      stderr,
      new RegExp(
        `: the center at ${h1.address.replaceAll(".", "\\.")}:6640 does not answer \\(for (29|30) s\\): nothing comes back; is that machine on`,
      ),
    );
    assert.ok(tookMs < callBoundMs + 5_000, `it took ${tookMs} ms`);
  });

  it("X02 a center on which Fairway does not run is named, and works when it is back", async () => {
    await h1.daemon("fairway").stop();
    const { stderr } = await startedInVain();
    assert.match(
      stderr,
      /: the center at \S+:6640 does not answer \(for \d+ s\): nobody listens on that port/,
    );
    await removeAll(h2, ["web"], []);
    await h1.daemon("fairway").start();
    await until("a start", async () => {
      const run = ["docker", "run", "--rm", "--name", "web", "--network", "blue", busyboxImage, "true"];
      return (await h2.run(run, { check: false })).code === 0;
    });
  });
});
