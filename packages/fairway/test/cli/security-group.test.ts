import assert from "node:assert/strict";
import { test } from "node:test";
import { samples } from "../api/sample-objects.ts";
import { serve } from "../api/serve.ts";
import { at } from "./run-command.ts";

const group = { ...samples.securityGroup, rules: { "ingress tcp 80 from any": "allow" as const } };

/** What the use cases of groups are asked for. */
function recording() {
  const asked: unknown[] = [];
  const answer =
    (what: string) =>
    async (...args: readonly unknown[]) => {
      asked.push([what, ...args.slice(0, -1)]);
      return group;
    };
  const nouns = {
    securityGroups: {
      show: () => group,
      put: answer("put"),
      update: answer("update"),
      remove: answer("remove"),
      join: answer("join"),
      leave: answer("leave"),
      list: () => [group],
    },
    endpoints: { list: () => [samples.endpoint] },
  };
  return { asked, nouns };
}

test("S01 S06 commands make, change and fill security groups", async () => {
  const { asked, nouns } = recording();
  await using served = await serve(nouns);
  const lines = [
    "group create web --joinable-by-label --label team=a",
    "group update web --organization Enterprise --joinable-by-label false --dry-run",
    "group rule add web ingress allow tcp 443,80 from any",
    "group rule add web egress deny to 192.0.2.0/24",
    "group rule add web ingress drop icmp from group db",
    "group rule rm web ingress allow tcp 80 from any",
    "group add web shop --network blue",
    "group remove web shop --dry-run",
    "group rm web",
  ];
  for (const line of lines) assert.equal((await at(served, line)).err, "", line);
  const wet = { isDry: false, revisions: undefined };
  const dry = { isDry: true, revisions: undefined };
  const made = { name: "web", rules: {}, joinableByLabel: true, labels: { team: "a" }, options: {} };
  assert.deepEqual(asked, [
    ["put", made, { isDry: false }],
    ["update", "Enterprise/web", { joinableByLabel: false }, dry],
    ["update", "web", { rules: { "ingress tcp 80,443 from any": "allow" } }, wet],
    ["update", "web", { rules: { "egress any to 192.0.2.0/24": "reject" } }, wet],
    ["update", "web", { rules: { "ingress icmp from group db": "drop" } }, wet],
    ["update", "web", { rules: { "ingress tcp 80 from any": null } }, wet],
    ["join", { group: "web", member: "shop", network: "blue" }, wet],
    ["leave", { group: "web", member: "shop", network: undefined }, dry],
    ["remove", "web", wet],
  ]);
  assert.match((await at(served, "group show web")).out, /^rules: +ingress tcp 80 from any: allow$/m);
  assert.match((await at(served, "group show web")).out, /^ {2}- name: +web-1$/m);
  assert.match((await at(served, "group rule ls web")).out, /^ingress +allow +tcp +80 +any$/m);
  assert.match((await at(served, "group ls")).out, /^web +.* +1 +no /m);
});

test("S01 a rule that is none, that is there otherwise, or that is not there, is refused with what would be right", async () => {
  const { asked, nouns } = recording();
  await using served = await serve(nouns);
  for (const [line, said] of [
    ["group rule add web ingress tcp 80", /^fairway: say what the rule does: allow, deny, reject or drop\n$/],
    ["group rule add web ingress allow tcp 70000 from any", /^fairway: a rule is DIRECTION PROTOCOL PORTS /],
    [
      "group rule add web ingress drop tcp 80 from any",
      /^fairway: group web has this rule, as allow: take that first, by `fairway group rule rm web ingress tcp 80 from any`\n$/,
    ],
    [
      "group rule rm web ingress tcp 81 from any",
      /^fairway: group web has no rule ingress tcp 81 from any; /,
    ],
  ] as const) {
    const { err, status } = await at(served, line);
    assert.match(err, said);
    assert.notEqual(status, 0);
  }
  assert.deepEqual(asked, []);
});
