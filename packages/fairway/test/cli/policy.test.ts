import assert from "node:assert/strict";
import { test } from "node:test";
import { samples } from "../api/sample-objects.ts";
import { serve } from "../api/serve.ts";
import { at } from "./run-command.ts";

/** What the use cases of policies are asked for. */
function recording() {
  const asked: unknown[] = [];
  const answer =
    (what: string) =>
    async (...args: readonly unknown[]) => {
      asked.push([what, ...args.slice(0, -1)]);
      return samples.policy;
    };
  const nouns = {
    policies: {
      show: () => samples.policy,
      put: answer("put"),
      update: answer("update"),
      remove: answer("remove"),
      list: () => [samples.policy],
    },
  };
  return { asked, nouns };
}

test("S10 commands make and change policies of the cluster and of organizations", async () => {
  const { asked, nouns } = recording();
  await using served = await serve(nouns);
  const lines = [
    "policy create baseline --label team=net",
    "policy create baseline --organization Enterprise --dry-run",
    "policy update baseline --label-rm team",
    "policy rule add baseline ingress deny tcp 22 from any",
    "policy rule add baseline ingress drop icmp --organization Enterprise",
    "policy rule rm baseline egress any to 192.0.2.0/24",
    "policy rm baseline --dry-run",
  ];
  for (const line of lines) assert.equal((await at(served, line)).err, "", line);
  const wet = { isDry: false, revisions: undefined };
  const plain = { rules: {}, labels: {}, options: {} };
  assert.deepEqual(asked, [
    ["put", { ...plain, name: "baseline", labels: { team: "net" } }, { isDry: false }],
    ["put", { ...plain, name: "Enterprise/baseline" }, { isDry: true }],
    ["update", "baseline", { labels: { team: null } }, wet],
    ["update", "baseline", { rules: { "ingress tcp 22 from any": "reject" } }, wet],
    ["update", "Enterprise/baseline", { rules: { "ingress icmp from any": "drop" } }, wet],
    ["update", "baseline", { rules: { "egress any to 192.0.2.0/24": null } }, wet],
    ["remove", "baseline", { isDry: true, revisions: undefined }],
  ]);
  assert.match(
    (await at(served, "policy show baseline")).out,
    /^rules: +egress any to 192\.0\.2\.0\/24: reject$/m,
  );
  assert.match(
    (await at(served, "policy rule ls baseline")).out,
    /^egress +reject +any +– +192\.0\.2\.0\/24$/m,
  );
  assert.match((await at(served, "policy ls")).out, /^baseline +\S+ +cluster +1 +ok$/m);
});

test("S10 a rule that is there otherwise, or that is not there, is refused with what would be right", async () => {
  const { asked, nouns } = recording();
  await using served = await serve(nouns);
  for (const [line, said] of [
    [
      "policy rule add baseline egress to 192.0.2.0/24",
      /^fairway: say what the rule does: allow, deny, reject or drop\n$/,
    ],
    [
      "policy rule add baseline egress allow to 192.0.2.0/24",
      /^fairway: policy baseline has this rule, as reject: take that first, by `fairway policy rule rm baseline egress any to 192\.0\.2\.0\/24`\n$/,
    ],
    [
      "policy rule rm baseline ingress icmp",
      /^fairway: policy baseline has no rule ingress icmp from any; `fairway policy rule ls baseline` lists them\n$/,
    ],
  ] as const) {
    const { err, status } = await at(served, line);
    assert.match(err, said);
    assert.notEqual(status, 0);
  }
  assert.deepEqual(asked, []);
});
