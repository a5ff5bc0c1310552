import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { root } from "../center.ts";
import { ManifestRuns, startCluster } from "./manifest-runs.ts";

/** In an order in which nothing could be made. */
const groups = `kind: Port
name: vm1
network: blue
options: {fairway.groups: "db"}
---
kind: SecurityGroup
name: db
rules:
  ingress tcp 5432 from group web: allow
---
kind: SecurityGroup
name: web
joinableByLabel: true
rules: {"ingress  tcp 443,80": allow}
---
kind: Network
name: blue
subnets: [{cidr: 10.21.0.0/24}]
`;

describe("a manifest with security groups", () => {
  let on: ManifestRuns;
  before(async () => {
    on = await ManifestRuns.start();
  });
  after(() => on[Symbol.asyncDispose]());

  test("S01 a file makes groups and their members; its export says the same; a change is one of rules, --prune takes them", async () => {
    await using api = await startCluster();
    assert.match(await on.printed(api, groups, "--plan"), /^\+ group db$/m);
    await on.printed(api, groups);
    const { securityGroups } = api.center.service;
    assert.equal(securityGroups.show("db", root).members, 1);
    for (const same of [groups, await on.exported(api)])
      assert.equal(
        await on.printed(api, same, "--prune"),
        "nothing to do: 4 documents say what is so already\n",
      );
    const changed = groups.replace("group web: allow", "group new: reject");
    const more = "---\nkind: SecurityGroup\nname: new\n";
    const out = await on.printed(api, changed + more);
    assert.deepEqual(out.match(/^(changed|created) .+$/gm), ["created group new", "changed group db"]);
    assert.deepEqual(securityGroups.show("db", root).rules, { "ingress tcp 5432 from group new": "reject" });
    const network = groups.slice(groups.indexOf("kind: Network"));
    const gone = await on.printed(api, network, "--prune", "--yes");
    assert.deepEqual(gone.match(/^removed .+$/gm)?.sort(), [
      "removed group new",
      "removed group web",
      "removed port vm1",
    ]);
    assert.match(await on.printed(api, network, "--prune", "--yes"), /^removed group db$/m);
  });
});
