import assert from "node:assert/strict";
import { test } from "node:test";
import { samples } from "../api/sample-objects.ts";
import { serve } from "../api/serve.ts";
import { at } from "./run-command.ts";

const domain = {
  ...samples.router,
  name: "Enterprise/Domain",
  organization: "Enterprise",
  zones: ["Enterprise/Domain/Db", "Enterprise/Domain/Web"],
  zonePolicy: "deny" as const,
  zoneRules: { "Web > Db/tcp/5432": "allow" as const, "* > Db": "drop" as const },
};

test("S02 commands say what zones of a domain may send each other, and show it", async () => {
  const asked: unknown[] = [];
  await using served = await serve({
    routers: {
      show: () => domain,
      update: async (...args: readonly unknown[]) => {
        asked.push(args.slice(0, -1));
        return domain;
      },
    },
  });
  const lines = [
    "domain policy Enterprise/Domain deny",
    "domain policy Domain allow --organization Enterprise --dry-run",
    "domain rule add Enterprise/Domain Web Db --tcp 5432",
    "domain rule add Enterprise/Domain * Db --action reject",
    "domain rule add Domain Web Db --organization Enterprise --udp --action drop --dry-run",
    "domain rule rm Enterprise/Domain Web Db --icmp",
  ];
  for (const line of lines) assert.equal((await at(served, line)).err, "", line);
  const wet = { isDry: false, revisions: undefined };
  const dry = { isDry: true, revisions: undefined };
  assert.deepEqual(asked, [
    ["Enterprise/Domain", { zonePolicy: "deny" }, wet],
    ["Enterprise/Domain", { zonePolicy: "allow" }, dry],
    ["Enterprise/Domain", { zoneRules: { "Web > Db/tcp/5432": "allow" } }, wet],
    ["Enterprise/Domain", { zoneRules: { "* > Db": "reject" } }, wet],
    ["Enterprise/Domain", { zoneRules: { "Web > Db/udp": "drop" } }, dry],
    ["Enterprise/Domain", { zoneRules: { "Web > Db/icmp": null } }, wet],
  ]);
  const { out } = await at(served, "domain show Enterprise/Domain");
  assert.match(out, /^zone policy: +deny\nzone rules: +\* > Db: drop, Web > Db\/tcp\/5432: allow$/m);
});

test("S02 a rule of two protocols, an action and a policy that there are not, are refused", async () => {
  await using served = await serve({});
  for (const [line, said] of [
    [
      "domain rule add Enterprise/Domain Web Db --tcp 80 --udp 53",
      /^fairway: a rule is of one protocol: give --tcp or --udp\n$/,
    ],
    ["domain rule add Enterprise/Domain Web Db --action deny", /Allowed choices are allow, reject, drop/],
    ["domain policy Enterprise/Domain denied", /Allowed choices are allow, deny/],
  ] as const) {
    const { err, status } = await at(served, line);
    assert.match(err, said);
    assert.notEqual(status, 0);
  }
});
