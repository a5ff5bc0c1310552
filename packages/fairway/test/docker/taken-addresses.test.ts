import assert from "node:assert/strict";
import { test } from "node:test";
import { physicalNetworkSpec } from "../../src/center/schemas/physical-network-spec.ts";
import { root } from "../center.ts";
import { EdgeUnderTest } from "./fixture.ts";

const printer = "02:00:00:00:00:99";

/** An edge with a network of the mode flat, whose host is on its wire. */
async function startOnWire() {
  const edge = await EdgeUnderTest.start();
  await edge.center.service.physicalNetworks.create(
    "lan",
    physicalNetworkSpec.parse({ type: "flat" }),
    {},
    root,
  );
  const { pool: PoolID } = await edge.network(["10.50.0.0/29"], { physicalnetwork: "lan" });
  const ask = (Address = "") => edge.call("IpamDriver.RequestAddress", { PoolID, Address, Options: null });
  return { edge, ask };
}

test("P11 an address that somebody else has on the wire is skipped, and not kept either", async () => {
  const { edge, ask } = await startOnWire();
  await using _edge = edge;
  edge.agent.holders.set("10.50.0.2", printer).set("10.50.0.3", "this host");
  assert.equal((await ask()).answer["Address"], "10.50.0.4/29");
  const released = edge.center.calls("releaseAddress").map(([where]) => (where as { ip: string }).ip);
  assert.deepEqual(released, ["10.50.0.2", "10.50.0.3"]);
  edge.agent.holders.clear();
  assert.equal((await ask("10.50.0.2")).answer["Address"], "10.50.0.2/29");
});

test("P11 who asks for that very address, or for any where all are taken, is told who has it; nothing stays behind", async () => {
  const { edge, ask } = await startOnWire();
  await using _edge = edge;
  edge.agent.holders.set("10.50.0.2", printer);
  const refused = await ask("10.50.0.2");
  assert.notEqual(refused.status, 200);
  assert.match(
    String(refused.answer["Err"]),
    /address 10\.50\.0\.2 is in use on the wire by 02:00:00:00:00:99, .* choose another/,
  );
  for (const last of [3, 4, 5, 6]) edge.agent.holders.set(`10.50.0.${last}`, printer);
  const none = await ask();
  assert.match(
    String(none.answer["Err"]),
    /^no free address was found: 5 .* address 10\.50\.0\.\d is in use on the wire by 02:00/,
  );
  edge.agent.holders.clear();
  for (const _ of [2, 3, 4, 5, 6]) assert.equal((await ask()).status, 200);
});

test("P11 gateways, and addresses of networks that are on no wire, are asked nobody for", async () => {
  await using edge = await EdgeUnderTest.start();
  for (const last of [1, 2]) edge.agent.holders.set(`10.1.0.${last}`, printer);
  const { pool: PoolID } = await edge.network(["10.1.0.0/24"]);
  const asked = await edge.done("IpamDriver.RequestAddress", { PoolID, Address: "", Options: null });
  assert.equal(asked["Address"], "10.1.0.2/24");
  const wired = await startOnWire();
  await using _wired = wired.edge;
  wired.edge.agent.holders.set("10.50.0.1", printer);
  assert.equal((await wired.ask()).status, 200);
});
