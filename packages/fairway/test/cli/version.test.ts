import assert from "node:assert/strict";
import { test } from "node:test";
import packageJson from "../../package.json" with { type: "json" };
import { samples } from "../api/sample-objects.ts";
import { serve } from "../api/serve.ts";
import { at, fairway } from "./run-command.ts";

const silent = { name: "node-2", state: "up" as const, stateSince: null, version: null, endpoints: 0 };
const status = { ...samples.status, version: "0.2.0", hosts: [...samples.status.hosts, silent] };

test("O02 fairway version prints the versions of this program, the center and every host", async () => {
  await using served = await serve({ status: { show: () => status } });
  const { out } = await at(served, "version -o json");
  assert.deepEqual(JSON.parse(out), {
    client: packageJson.version,
    center: "0.2.0",
    hosts: [
      { name: "node-1", version: "0.1.0" },
      { name: "node-2", version: null },
    ],
  });
  assert.match((await at(served, "version")).out, /^node-2 {2}–$/m);
});

test("O02 fairway version prints its own version where the center does not answer, and fails", async () => {
  const { status: exit, out, err } = await fairway(["version", "--socket", "/nowhere/api.sock"]);
  assert.deepEqual([exit, out], [1, `client:  ${packageJson.version}\ncenter:  does not answer\n`]);
  assert.match(err, /^fairway: not running: nobody listens/);
});
