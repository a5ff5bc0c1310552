import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { root } from "../center.ts";
import { ManifestRuns, startCluster } from "./manifest-runs.ts";

/** In an order in which nothing could be made. */
const levels = `kind: Network
name: Enterprise/Domain/Zone/Subnet 2
subnets: [{cidr: 10.21.59.0/24, gateway: 10.21.59.1}]
---
kind: Zone
name: Enterprise/Domain/Zone
labels: {tier: web}
---
kind: Router
name: Enterprise/Domain
routes: {10.9.0.0/16: 10.21.59.7}
---
kind: Organization
name: Enterprise
labels: {customer: "7"}
`;

describe("a manifest with organizations", () => {
  let on: ManifestRuns;
  before(async () => {
    on = await ManifestRuns.start();
  });
  after(() => on[Symbol.asyncDispose]());

  test("R05 a file makes organization, domain, zone and subnet; its export says the same; --prune takes them from below", async () => {
    await using api = await startCluster();
    const plan = await on.printed(api, levels, "--plan");
    assert.deepEqual(plan.match(/^\+ .+$/gm), [
      "+ organization Enterprise",
      "+ router Enterprise/Domain",
      "+ zone Enterprise/Domain/Zone",
      "+ network Enterprise/Domain/Zone/Subnet 2",
    ]);
    await on.printed(api, levels);
    const exported = await on.exported(api);
    assert.equal(
      await on.printed(api, exported, "--prune"),
      "nothing to do: 4 documents say what is so already\n",
    );
    const changed = levels.replace("tier: web", "tier: db").replace('customer: "7"', 'customer: "8"');
    const out = await on.printed(api, changed);
    assert.deepEqual(out.match(/^(changed|created) .+$/gm), [
      "changed organization Enterprise",
      "changed zone Enterprise/Domain/Zone",
    ]);
    const without = changed.slice(changed.indexOf("kind: Zone"));
    assert.match(await on.printed(api, without, "--prune", "--yes"), /^removed network Enterprise/m);
    const other = "kind: Organization\nname: other\n";
    const gone = await on.printed(api, other, "--prune", "--yes");
    assert.deepEqual(gone.match(/^removed .+$/gm), [
      "removed zone Enterprise/Domain/Zone",
      "removed router Enterprise/Domain",
      "removed organization Enterprise",
    ]);
    const { organizations } = api.center.service;
    assert.deepEqual(
      organizations.list({}, root).map(({ name }) => name),
      ["other"],
    );
  });

  test("R05 --prune takes the levels of a network after it, and leaves those of what stays", async () => {
    await using api = await startCluster();
    await on.printed(api, levels);
    const network = levels.slice(0, levels.indexOf("---"));
    assert.match(
      await on.printed(api, network, "--prune", "--yes"),
      /^nothing to do/,
      "the network needs them",
    );
    const gone = await on.printed(api, "kind: Organization\nname: other\n", "--prune", "--yes");
    assert.deepEqual(gone.match(/^removed .+$/gm), [
      "removed network Enterprise/Domain/Zone/Subnet 2",
      "removed zone Enterprise/Domain/Zone",
      "removed router Enterprise/Domain",
      "removed organization Enterprise",
    ]);
  });

  test("R05 what needs a level that is wrong is not wrong for that", async () => {
    await using api = await startCluster();
    const wrong = levels.replace("name: Enterprise/Domain\n", "name: Enterprize/Domain\n");
    const lines = await on.refusedWith(api, wrong);
    assert.match(lines.join("\n"), /no organization "Enterprize"; did you mean "Enterprise"\?/);
  });
});
