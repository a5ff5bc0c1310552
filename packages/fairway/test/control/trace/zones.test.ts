import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { makeOwned, type Owned, ofOrganization } from "../../api/owned.ts";
import { makeLevels, makeNetwork } from "../../center/tenancy/levels.ts";
import { root, until } from "../../center.ts";
import { CenterWithNorthd } from "./northd.ts";

let ovn: CenterWithNorthd;
let red: Owned;
let port: string;
before(async () => {
  ovn = await CenterWithNorthd.start();
  const { center } = ovn;
  red = await makeOwned(center, "red", 5);
  const network = `${await makeLevels(center, "red", "shop", "back")}/net`;
  await makeNetwork(center, network, "10.6.0.0/24");
  const wish = { name: "db", network, addresses: [], labels: {}, options: {} };
  ({ uuid: port } = await center.service.ports.create(wish, {}, root));
  await ovn.installed(red.endpoint, red.portId, port);
  await until(() => [red.endpoint, port].every((uuid) => center.controller.isUp(uuid)));
});
after(() => ovn[Symbol.asyncDispose]());

async function told(rules: Record<string, "allow" | "reject" | "drop">, port?: number) {
  const { routers, traces } = ovn.center.service;
  const gone = Object.keys(routers.show("red/shop", root).zoneRules).map((rule) => [rule, null]);
  const zoneRules = { ...Object.fromEntries(gone), ...rules } as Record<string, "allow" | null>;
  await routers.update("red/shop", { zonePolicy: "deny", zoneRules }, {}, ofOrganization("red", "member"));
  await ovn.settled();
  const asked = port === undefined ? ({ protocol: "icmp" } as const) : ({ protocol: "tcp", port } as const);
  return traces.trace({ from: red.endpoint, to: "db", ...asked }, ofOrganization("red"));
}

test("S02 a trace names the rule between zones that decides, and the policy where none does", async () => {
  const passes = await told({ "front > back/tcp/80": "allow" }, 80);
  assert.equal(passes.verdict, "delivered", JSON.stringify(passes));
  assert.match(
    JSON.stringify(passes.steps),
    /looks at a rule: front > back\/tcp\/80: allow \(zones of red\/shop\)/,
  );
  const dropped = await told({ "front > *": "drop", "front > back/tcp/80": "allow" }, 81);
  assert.equal(dropped.verdict, "dropped", JSON.stringify(dropped));
  assert.match(JSON.stringify(dropped), /a rule drops it: front > \*: drop \(zones of red\/shop\)/);
  for (const refused of [await told({}), await told({}, 80)]) {
    assert.equal(refused.verdict, "dropped", JSON.stringify(refused));
    assert.match(JSON.stringify(refused), /a rule rejects it: the zones' policy of red\/shop: deny/);
  }
});
