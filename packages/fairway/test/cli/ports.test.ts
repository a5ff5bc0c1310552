import assert from "node:assert/strict";
import { test } from "node:test";
import { samples } from "../api/sample-objects.ts";
import { serve } from "../api/serve.ts";
import { at } from "./run-command.ts";

test("A05 fairway port create and update send what their flags say, and update prints the port", async () => {
  const asked: unknown[] = [];
  await using served = await serve({
    ports: {
      put: async (wish) => (asked.push(wish), samples.port),
      update: async (reference, patch, { isDry }) => (asked.push({ reference, patch, isDry }), samples.port),
    },
  });
  await at(served, "port create blue --name vm1 --ip 10.1.0.50,fd00:1::50 --label a=b --opt x-disk=ssd");
  const { out } = await at(
    served,
    "port update vm1 --name vm2 --ip 10.1.0.60 --label a=c --label-rm b --opt x-disk=hdd --opt-rm y --dry-run",
  );
  await at(served, "port update vm1");
  assert.deepEqual(asked, [
    {
      name: "vm1",
      network: "blue",
      addresses: ["10.1.0.50", "fd00:1::50"],
      labels: { a: "b" },
      options: { "x-disk": "ssd" },
    },
    {
      reference: "vm1",
      patch: {
        name: "vm2",
        addresses: ["10.1.0.60"],
        labels: { b: null, a: "c" },
        options: { y: null, "x-disk": "hdd" },
      },
      isDry: true,
    },
    { reference: "vm1", patch: {}, isDry: false },
  ]);
  assert.match(out, /^revision: +8899aabbccddeeff$/m);
});
