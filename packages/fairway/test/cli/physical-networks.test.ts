import assert from "node:assert/strict";
import { test } from "node:test";
import { samples } from "../api/sample-objects.ts";
import { serve } from "../api/serve.ts";
import { at } from "./run-command.ts";

test("O02 fairway physical-network sends the tunnels' port and the MTU of its flags, and takes nothing but numbers", async () => {
  const sent: unknown[] = [];
  await using served = await serve({
    physicalNetworks: {
      create: async (_name, spec) => (sent.push(spec), samples.physicalNetwork),
      update: async (_name, patch) => (sent.push(patch), samples.physicalNetwork),
    },
  });
  await at(
    served,
    "physical-network create fabric --type vtep --peer 192.0.2.9 --tunnel-port 4790 --mtu 1400",
  );
  await at(served, "physical-network update fabric --tunnel-port 8472 --mtu 9000");
  assert.partialDeepStrictEqual(sent, [
    { type: "vtep", peers: ["192.0.2.9"], tunnelPort: 4790, mtu: 1400 },
    { tunnelPort: 8472, mtu: 9000 },
  ]);
  for (const command of ["create fabric --type vtep", "update fabric"])
    for (const [flag, words] of [
      ["--tunnel-port abc", /must be a port from 1 to 65535/],
      ["--tunnel-port 65536", /must be a port from 1 to 65535/],
      ["--mtu many", /--mtu takes a number of bytes, e\.g\. 1400; it is many/],
    ] as const) {
      const { status, err } = await at(served, `physical-network ${command} ${flag}`);
      assert.notEqual(status, 0, `${command} ${flag}`);
      assert.match(err, words);
    }
  assert.equal(sent.length, 2);
});
