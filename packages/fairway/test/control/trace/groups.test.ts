import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { root, until } from "../../center.ts";
import { CenterWithNorthd } from "./northd.ts";

type Rules = Record<string, "allow" | "reject" | "drop">;

let ovn: CenterWithNorthd;
const ports = new Map<string, string>();
before(async () => {
  ovn = await CenterWithNorthd.start();
  const { networks, ports: made, securityGroups } = ovn.center.service;
  await networks.create({ name: "blue", subnets: [{ cidr: "10.1.0.0/24" }] }, {}, root);
  const plain = { labels: {}, options: {} };
  await securityGroups.create({ name: "web", rules: {}, joinableByLabel: false, ...plain }, {}, root);
  for (const [name, options] of [
    ["client", {}],
    ["server", { "fairway.groups": "web" }],
  ] as const) {
    const { uuid } = await made.create(
      { name, network: "blue", addresses: [], labels: {}, options },
      {},
      root,
    );
    ports.set(name, uuid);
  }
  await ovn.installed(...ports.values());
  await until(() => [...ports.values()].every((uuid) => ovn.center.controller.isUp(uuid)));
});
after(() => ovn[Symbol.asyncDispose]());

async function told(rules: Rules, from: string, to: string, port: number) {
  const { securityGroups } = ovn.center.service;
  await securityGroups.update("web", { rules: null }, {}, root);
  await securityGroups.update("web", { rules }, {}, root);
  await ovn.settled();
  return ovn.trace(from, to, { protocol: "tcp", port });
}

test("S01 a trace names the rule of a group that decides, and the group where none does", async () => {
  const rules = { "ingress tcp 80 from any": "allow", "ingress tcp 8080 from any": "reject" } as const;
  const passes = await told(rules, "client", "server", 80);
  assert.equal(passes.verdict, "delivered", JSON.stringify(passes));
  assert.match(JSON.stringify(passes.steps), /looks at a rule: group web: ingress tcp 80 from any: allow/);
  const refused = await told(rules, "client", "server", 8080);
  assert.equal(refused.verdict, "dropped", JSON.stringify(refused));
  assert.match(JSON.stringify(refused), /a rule rejects it: group web: ingress tcp 8080 from any: reject/);
  const dropped = await told(rules, "client", "server", 81);
  assert.match(
    JSON.stringify(dropped),
    /a rule drops it: group web: no rule allows that its members get this/,
  );
  const limited = await told({ "egress udp to any": "allow" }, "server", "client", 81);
  assert.match(
    JSON.stringify(limited),
    /a rule rejects it: group web: no rule allows that its members send this/,
  );
});
