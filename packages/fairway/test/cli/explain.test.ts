import assert from "node:assert/strict";
import { test } from "node:test";
import { main } from "../../src/cli/main.ts";
import { Admitted, Authority } from "../api/certificates.ts";
import { serve } from "../api/serve.ts";
import { fairway } from "./run-command.ts";

/** What a command prints to standard error where these variables are the configuration. */
async function complaint(line: string, environment: Readonly<Record<string, string>>): Promise<string> {
  let err = "";
  const status = await main([...line.split(" "), "-c", "/dev/null"], {
    out: () => undefined,
    err: (text) => void (err += text),
    environment,
    run: () => Promise.reject(new Error("not asked for")),
  });
  assert.equal(status, 1, line);
  return err;
}

const nowhere = { FAIRWAY_API_SOCKET: "/nowhere/api.sock" };

test("M01 before fairway init and fairway join every command that asks the center, and doctor, names these two", async () => {
  const fresh = { ...nowhere, FAIRWAY_CENTER_DATABASE: "/nowhere/intent.db" };
  for (const line of [
    "status",
    "network ls",
    "endpoint show web",
    "host ls",
    "port ls",
    "token create",
    "doctor",
  ])
    assert.equal(
      await complaint(line, fresh),
      "fairway: this machine is in no cluster: run `fairway init` or `fairway join …`\n",
      line,
    );
});

test("a center whose Fairway does not run is told from a machine in no cluster", async () => {
  const center = { ...nowhere, FAIRWAY_CENTER_DATABASE: process.execPath };
  assert.match(
    await complaint("status", center),
    /^fairway: not running: nobody listens on \/nowhere\/api\.sock; start it/,
  );
});

test("O02 on a host what shows the cluster answers; what changes it says that only the center may do that, or that the center does not answer", async () => {
  await using authority = await Authority.create();
  const admitted = new Admitted();
  const own = await authority.issue("node-1", "/CN=chassis-1");
  admitted.admit("node-1", own);
  const files = await authority.issue("central", "/CN=central");
  const listener = { kind: "tls" as const, address: "127.0.0.1", port: 0, admission: admitted, ...files };
  await using served = await serve({}, { listeners: [listener] });
  const target = served.targets[1] ?? assert.fail();
  const host = {
    FAIRWAY_CENTER_ENABLED: "false",
    FAIRWAY_API_TARGET: target,
    FAIRWAY_API_CA: own.ca,
    FAIRWAY_API_CERT: own.cert,
    FAIRWAY_API_KEY: own.key,
  };
  for (const line of [
    "network ls",
    "network show blue",
    "endpoint ls",
    "host ls",
    "port ls",
    "status",
    "version",
  ]) {
    const answer = await fairway([...line.split(" "), "-c", "/dev/null"], { environment: host });
    assert.deepEqual([answer.status, answer.err], [0, ""], line);
    assert.notEqual(answer.out, "", line);
  }
  assert.equal(
    await complaint("token ls", host),
    `fairway: only the center may do this: run the command there (${target})\n`,
  );
  await served.stop();
  assert.equal(
    await complaint("status", host),
    `fairway: the center at ${target} does not answer; run "fairway doctor" here and there\n`,
  );
});

test("O03 O05 doctor and cleanup need root, and change and check nothing without it", async (t) => {
  t.mock.method(process as { getuid: () => number }, "getuid", () => 1000);
  for (const line of ["doctor", "cleanup", "cleanup --dry-run"])
    assert.match(
      await complaint(line, nowhere),
      /^fairway: only root may use fairway (doctor|cleanup); try with sudo\n$/,
    );
});
