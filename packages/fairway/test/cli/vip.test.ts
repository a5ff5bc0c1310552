import assert from "node:assert/strict";
import { test } from "node:test";
import { samples } from "../api/sample-objects.ts";
import { serve } from "../api/serve.ts";
import { at } from "./run-command.ts";

test("S08 commands make, change and list addresses that move", async () => {
  const asked: unknown[] = [];
  const answer =
    (what: string) =>
    async (...args: readonly unknown[]) => {
      asked.push([what, ...args.slice(0, -1)]);
      return samples.vip;
    };
  const list = (filter: object) => {
    asked.push(["list", filter]);
    return [samples.vip];
  };
  const show = (reference: string) => {
    asked.push(["show", reference]);
    return { ...samples.vip, status: { members: "not on the network at the moment: web1" } };
  };
  await using served = await serve({
    vips: { list, show, create: answer("create"), update: answer("update"), remove: answer("remove") },
  });
  const lines = [
    "vip create 10.1.0.100 --network blue --members web1,web2 --label team=shop",
    "vip create FD00::100 --network blue --dry-run",
    "vip update 10.1.0.100 --members web3 --label-rm team",
    "vip update 10.1.0.100@blue --label team=db",
    "vip rm 10.1.0.100 --dry-run",
  ];
  for (const line of lines) assert.equal((await at(served, line)).err, "", line);
  const wet = { isDry: false, revisions: undefined };
  const plain = { network: "blue", members: [], labels: {}, options: {} };
  const labels = { team: "shop" };
  assert.deepEqual(asked.splice(0), [
    ["create", { ...plain, ip: "10.1.0.100", members: ["web1", "web2"], labels }, { isDry: false }],
    ["create", { ...plain, ip: "fd00::100" }, { isDry: true }],
    ["update", "10.1.0.100", { members: ["web3"], labels: { team: null } }, wet],
    ["update", "10.1.0.100@blue", { labels: { team: "db" } }, wet],
    ["remove", "10.1.0.100", { isDry: true, revisions: undefined }],
  ]);
  assert.match((await at(served, "vip rm 10.1.0.100")).out, /^VIP 10\.1\.0\.100 is gone$/m);
  assert.match(
    (await at(served, "vip show 10.1.0.100")).out,
    /^status: +members: not on the network at the moment: web1$/m,
  );
  assert.match(
    (await at(served, "vip ls --network blue")).out,
    /^10\.1\.0\.100 +\S+ +blue +web1, web2 +ok$/m,
  );
  assert.deepEqual(asked.at(-1), ["list", { network: "blue", limit: 500 }]);
});

test("S08 an address without a network is refused", async () => {
  await using served = await serve({ vips: {} });
  const { err, status } = await at(served, "vip create 10.1.0.100");
  assert.match(err, /--network/);
  assert.notEqual(status, 0);
});
