import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { createNetwork } from "./docker-network.ts";
import { variant } from "./settings.ts";

describe(`what a container may say of itself, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  before(async () => {
    lab = await Lab.start({ hosts: 1, variant });
    h1 = lab.host("h1");
    await startFairway(lab);
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
  });
  after(() => lab[Symbol.asyncDispose]());

  const isNamed = (name: string) =>
    until(`the name of ${name}`, async () => (await h1.sh("fairway endpoint ls")).includes(name));

  it("N02 a port that is published twice is refused as Docker's bridge refuses it, and everybody else goes on", async () => {
    const words = ["run", "--detach", "--network", "blue"];
    const twice = ["--name", "twice", "-p", "8080:80", "-p", "8080:80"];
    const { code, stderr } = await h1.run(["docker", ...words, ...twice, busyboxImage, "sleep", "1000"], {
      check: false,
    });
    assert.notEqual(code, 0);
    assert.match(
      stderr,
      /Port 8080\/tcp of this host is in use by this very container, which asks for it twice/,
    );
    await h1.docker(...words, "--name", "once", "-p", "8080:80", busyboxImage, "sleep", "1000");
    await isNamed("once");
    assert.ok(h1.daemon("fairway").isRunning);
  });

  it("A07 a label with NUL costs a container nothing but that label, also when Fairway starts again", async () => {
    const labels = `{"nul":"a\\u0000b","half":"\\ud83d","tier":"front"}`;
    const body = `{"Image":"${busyboxImage}","Cmd":["sleep","1000"],"Labels":${labels},"HostConfig":{"NetworkMode":"blue"}}`;
    const url = "http://docker/containers/create?name=strange";
    await h1.sh(
      `curl -sf --unix-socket /run/docker.sock -H 'Content-Type: application/json' --data-binary '${body}' '${url}'`,
    );
    await h1.docker("start", "strange");
    await isNamed("strange");
    const shown = JSON.parse(await h1.sh("fairway endpoint show strange -o json"));
    assert.equal(shown.labels.tier, "front");
    assert.equal(shown.labels.nul, undefined);
    await h1.daemon("fairway").kill();
    await h1.daemon("fairway").start();
    await h1.docker("run", "--detach", "--name", "next", "--network", "blue", busyboxImage, "sleep", "1000");
    await isNamed("next");
    assert.ok(h1.daemon("fairway").isRunning);
  });
});
