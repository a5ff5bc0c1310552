import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { dockerChecks } from "../../src/doctor/docker.ts";
import { examine } from "../../src/doctor/examine.ts";
import { Site } from "../../src/doctor/site.ts";

/** What doctor says of an engine of this version; undefined: one that accepts a connection and says nothing. */
async function judged(version: string | undefined): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "fairway-doctor-"));
  stack.defer(() => rm(directory, { recursive: true }));
  const socket = join(directory, "docker.sock");
  const server = createServer((_, response) => {
    if (version !== undefined) response.end(JSON.stringify({ Version: version }));
  }).listen(socket);
  stack.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, "listening");
  const site = stack.use(new Site(loadConfig("/dev/null", { FAIRWAY_DOCKER_SOCKET: socket })));
  const engine = dockerChecks.filter(({ name }) => name === "docker");
  const [found] = (await examine(engine, site, 5000)).checks;
  return `${found?.state}: ${found?.seen.replace(socket, "SOCKET")} → ${found?.mend}`;
}

const verdicts: Readonly<Record<string, string>> = {
  "20.10.24+dfsg1": "ok: version 20.10.24+dfsg1 → undefined",
  "28.5.2": "ok: version 28.5.2 → undefined",
  "29.0.0": "fail: version 29.0.0 crashes when containers stop → install Docker 29.0.3 or later",
  "29.0.2": "fail: version 29.0.2 crashes when containers stop → install Docker 29.0.3 or later",
  "29.0.3": "ok: version 29.0.3 → undefined",
  "19.03.15":
    "warn: version 19.03.15 is older than what Fairway is tested with → install Docker 20.10 or later",
};

for (const [version, verdict] of Object.entries(verdicts)) {
  test(`O03 Docker's engine ${version}: ${verdict.split(":", 1)[0]}`, async () => {
    assert.equal(await judged(version), verdict);
  });
}

test("O03 an engine that hangs is named, with what mends it", async () => {
  assert.equal(await judged(undefined), "fail: SOCKET does not answer within 3 s → systemctl restart docker");
});

/** What doctor says of the sockets of `fairway` and `ovs`. @param vendors whose plugins they are; undefined: nobody answers. */
async function judgedNames(vendors: Readonly<Record<string, string | undefined>>): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "fairway-doctor-"));
  stack.defer(() => rm(directory, { recursive: true }));
  for (const [name, Vendor] of Object.entries(vendors)) {
    const server = createServer((_, response) =>
      response.end(JSON.stringify({ Implements: ["NetworkDriver"], Vendor })),
    ).listen(join(directory, `${name}.sock`));
    stack.defer(() => {
      server.close();
      server.closeAllConnections();
    });
    await once(server, "listening");
  }
  const environment = {
    FAIRWAY_DOCKER_PLUGIN: join(directory, "fairway.sock"),
    FAIRWAY_DRIVER_NAMES: "[fairway, ovs]",
  };
  const site = stack.use(new Site(loadConfig("/dev/null", environment)));
  const check = dockerChecks.filter(({ name }) => name === "plugin socket");
  const [found] = (await examine(check, site, 5000)).checks;
  return `${found?.state}: ${found?.seen} → ${found?.mend}`.replaceAll(directory, "D");
}

test("B01 doctor tells a driver's name that another plugin has, and one under which nobody answers", async () => {
  assert.equal(
    await judgedNames({ fairway: "Fairway", ovs: undefined }),
    "fail: D/ovs.sock is served by another plugin → stop and disable that plugin, or take ovs out of driver-names",
  );
  assert.match(
    await judgedNames({ fairway: "Fairway" }),
    /^fail: .*D\/ovs\.sock.* → systemctl restart fairway$/,
  );
  assert.match(
    await judgedNames({ fairway: "Fairway", ovs: "Fairway" }),
    /^warn: D\/fairway\.sock answers, but Docker does not look/,
  );
});
