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

  test("R11 a file says what an organization may have; its export says the same; what it leaves out has no bound", async () => {
    await using api = await startCluster();
    const bounds = (text: string) => `kind: Organization\nname: Enterprise\n${text}`;
    const some = bounds("quotas: {networks: 0, ports: 200}\n");
    await on.printed(api, some);
    for (const same of [some, await on.exported(api)])
      assert.match(await on.printed(api, same, "--prune"), /^nothing to do/);
    const quotas = () => api.center.service.organizations.show("Enterprise", root).quotas;
    assert.deepEqual(quotas(), { networks: 0, ports: 200 });
    const lines = await on.refusedWith(api, some + "---\n" + levels.slice(0, levels.lastIndexOf("---")));
    assert.match(lines.join("\n"), /organization Enterprise has 0 of 0 networks: quota networks/);
    const out = await on.printed(api, bounds("quotas: {networks: 3}\n"));
    assert.match(out, /quotas: \{"networks":0,"ports":200\} → \{"networks":3\}/);
    assert.deepEqual(quotas(), { networks: 3 });
    await on.printed(api, bounds(""));
    assert.deepEqual(quotas(), {});
    const wrong = bounds("quotas: {netwroks: 1}\n");
    assert.match((await on.refusedWith(api, wrong)).join("\n"), /unknown key "netwroks"/);
  });

  test("S02 a file says what zones may send each other, with the zones and later; its export says the same", async () => {
    await using api = await startCluster();
    const back = "---\nkind: Zone\nname: Enterprise/Domain/Back\n";
    const rules = (text: string) => levels.replace("routes: {", `${text}\nroutes: {`);
    const denied = rules("zonePolicy: deny\nzoneRules: {'Zone>Back/tcp/80': allow}") + back;
    assert.match(await on.printed(api, denied, "--plan"), /zonePolicy: deny/);
    await on.printed(api, denied);
    for (const same of [denied, await on.exported(api)])
      assert.equal(
        await on.printed(api, same, "--prune"),
        "nothing to do: 5 documents say what is so already\n",
      );
    const domain = () => api.center.service.routers.show("Enterprise/Domain", root);
    assert.deepEqual([domain().zonePolicy, domain().zoneRules], ["deny", { "Zone > Back/tcp/80": "allow" }]);
    const more = rules("zoneRules: {'* > New': drop}") + back + back.replaceAll("Back", "New");
    await on.printed(api, more);
    assert.deepEqual([domain().zonePolicy, domain().zoneRules], ["allow", { "* > New": "drop" }]);
    const wrong = rules("zoneRules: {'* > Nwe': drop}") + back;
    assert.match(
      (await on.refusedWith(api, wrong)).join("\n"),
      /no zone "Nwe" in Enterprise\/Domain; did you mean "New"\?/,
    );
  });

  test("R11 a file says with whom a network is shared, and whose a port there is; its export says the same", async () => {
    await using api = await startCluster();
    const others = "---\nkind: Organization\nname: Other\n---\nkind: Organization\nname: Third\n";
    const port =
      "---\nkind: Port\nname: guest\nnetwork: Enterprise/Domain/Zone/Subnet 2\norganization: Other\n";
    const sharedWith = (text: string) => levels.replace("kind: Network\n", `kind: Network\n${text}`) + others;
    const both = sharedWith("sharedWith: [Third, Other]\n") + port;
    await on.printed(api, both);
    for (const same of [both.replace("[Third, Other]", "[Other, Third]"), await on.exported(api)])
      assert.match(
        await on.printed(api, same, "--prune"),
        /^nothing to do: \d+ documents say what is so already\n$/,
      );
    const { networks, ports } = api.center.service;
    assert.equal(ports.show("guest", root).organization, "Other");
    const lines = await on.refusedWith(api, sharedWith("sharedWith: [Third]\n") + port);
    assert.match(lines.join("\n"), /organization Other on network .* has the port guest; remove it first/);
    const out = await on.printed(api, sharedWith("sharedWith: [Other]\n") + port);
    assert.match(out, /sharedWith: \["Other","Third"\] → \["Other"\]/);
    assert.deepEqual(networks.show("Enterprise/Domain/Zone/Subnet 2", root).sharedWith, ["Other"]);
    const own = await on.refusedWith(
      api,
      sharedWith("sharedWith: [Other]\n") + port.replace("Other", "Third"),
    );
    assert.match(own.join("\n"), /organization of a port cannot change: it is Other/);
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
