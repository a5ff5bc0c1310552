import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { root } from "../center.ts";
import { ManifestRuns, startCluster } from "./manifest-runs.ts";

/** In an order in which nothing could be made. */
const policies = `kind: Policy
name: Acme/baseline
rules:
  ingress tcp 22 from any: drop
---
kind: Policy
name: baseline
rules:
  ingress  tcp 9100 from group monitor: allow
---
kind: SecurityGroup
name: monitor
---
kind: Organization
name: Acme
`;

describe("a manifest with policies", () => {
  let on: ManifestRuns;
  before(async () => {
    on = await ManifestRuns.start();
  });
  after(() => on[Symbol.asyncDispose]());

  test("S10 a file makes policies; its export says the same; a change is one of rules, --prune takes them", async () => {
    await using api = await startCluster();
    assert.match(await on.printed(api, policies, "--plan"), /^\+ policy Acme\/baseline$/m);
    await on.printed(api, policies);
    for (const same of [policies, await on.exported(api)])
      assert.equal(
        await on.printed(api, same, "--prune"),
        "nothing to do: 4 documents say what is so already\n",
      );
    const changed = policies.replace("group monitor: allow", "group new: reject");
    const out = await on.printed(api, `${changed}---\nkind: SecurityGroup\nname: new\n`);
    assert.deepEqual(out.match(/^(changed|created) .+$/gm), ["created group new", "changed policy baseline"]);
    assert.deepEqual(api.center.service.policies.show("baseline", root).rules, {
      "ingress tcp 9100 from group new": "reject",
    });
    const gone = await on.printed(api, "kind: SecurityGroup\nname: monitor\n", "--prune", "--yes");
    assert.deepEqual(gone.match(/^removed .+$/gm)?.sort(), [
      "removed group new",
      "removed organization Acme",
      "removed policy Acme/baseline",
      "removed policy baseline",
    ]);
  });
});
