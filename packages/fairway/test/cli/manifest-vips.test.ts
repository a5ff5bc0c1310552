import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { root } from "../center.ts";
import { ManifestRuns, startCluster } from "./manifest-runs.ts";

/** In an order in which nothing could be made. */
const moving = `kind: Vip
network: blue
ip: 10.1.0.100
members: [vm2, vm1]
---
kind: Port
name: vm1
network: blue
---
kind: Port
name: vm2
network: blue
---
kind: Network
name: blue
subnets:
  - cidr: 10.1.0.0/24
`;

describe("a manifest with addresses that move", () => {
  let on: ManifestRuns;
  before(async () => {
    on = await ManifestRuns.start();
  });
  after(() => on[Symbol.asyncDispose]());

  test("S08 a file makes a VIP behind its members; its export says the same; a change is one of members, --prune takes it", async () => {
    await using api = await startCluster();
    const { vips } = api.center.service;
    assert.match(await on.printed(api, moving, "--plan"), /^\+ VIP 10\.1\.0\.100@blue$/m);
    await on.printed(api, moving);
    assert.deepEqual(vips.show("10.1.0.100", root).members, ["vm1", "vm2"]);
    for (const same of [moving, await on.exported(api)])
      assert.equal(
        await on.printed(api, same, "--prune"),
        "nothing to do: 4 documents say what is so already\n",
      );
    const changed = moving.replace("[vm2, vm1]", "[vm2]\nlabels: {team: shop}");
    assert.match(await on.printed(api, changed), /^changed VIP 10\.1\.0\.100@blue$/m);
    const { members, labels } = vips.show("10.1.0.100", root);
    assert.deepEqual([members, labels], [["vm2"], { team: "shop" }]);
    const kept = moving.split("---\n").slice(1).join("---\n");
    const gone = await on.printed(api, kept, "--prune", "--yes");
    assert.deepEqual(gone.match(/^removed .+$/gm), ["removed VIP 10.1.0.100@blue"]);
    await on.printed(api, moving);
    const alone = await on.printed(api, moving.split("---\n")[0] ?? "", "--prune", "--yes");
    assert.doesNotMatch(alone, /removed/, "what it needs stays");
    const all = await on.printed(api, "kind: Organization\nname: Acme\n", "--prune", "--yes");
    assert.deepEqual(all.match(/^removed .+$/gm), [
      "removed port vm1",
      "removed port vm2",
      "removed network blue",
    ]);
    assert.deepEqual(vips.list({}, root), []);
  });
});
