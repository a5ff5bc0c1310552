import assert from "node:assert/strict";
import { test } from "node:test";
import { Addresses } from "../../../src/center/addresses/addresses.ts";
import { reserveAddress } from "../../../src/center/addresses/bindings.ts";
import { Draft } from "../../../src/intent/draft.ts";
import type { IntentRow } from "../../../src/intent/view.ts";
import { root, TestCenter } from "../../center.ts";

const uuidOf = (at: number) => `00000000-0000-4000-8000-00000000000${at}`;

/** A center with a network, the row of its subnet, and addresses that nobody has asked for yet. */
async function startWithSubnet() {
  const center = await TestCenter.start();
  const subnets = [{ cidr: "10.1.0.0/29" }];
  await center.service.networks.create({ name: "blue", subnets }, {}, root);
  const [subnet] = center.store.view.rows("Subnet");
  assert.ok(subnet !== undefined);
  const addresses = new Addresses(center.store, () => center.now, 120_000);
  return { center, subnet, addresses, [Symbol.asyncDispose]: () => center[Symbol.asyncDispose]() };
}

function keep(draft: Draft, subnet: IntentRow<"Subnet">, ip: string, at: number): void {
  const { _uuid } = subnet;
  reserveAddress(draft, uuidOf(at), { subnet: _uuid, ip, purpose: "auxiliary", host: null, expires: null });
}

test("A08 an address that the same transaction has given already, as an auxiliary, is not given again", async () => {
  await using made = await startWithSubnet();
  const { center, subnet, addresses } = made;
  const draft = new Draft(center.store.view);
  keep(draft, subnet, "10.1.0.2", 1);
  assert.equal(addresses.take(draft, subnet, "10.1.0.2"), false);
  assert.equal(addresses.next(draft, subnet), "10.1.0.3");
  draft.abandon();
  const other = new Draft(center.store.view);
  assert.equal(addresses.next(other, subnet), "10.1.0.2", "it came to nothing");
});

test("A08 a subnet that a transaction makes or changes gives the transaction's own addresses alone", async () => {
  await using made = await startWithSubnet();
  const { center, subnet, addresses } = made;
  const fresh = { ...subnet, _uuid: uuidOf(7), cidr: "10.7.0.0/29", ranges: ["10.7.0.4/31"] };
  const first = new Draft(center.store.view);
  const { _uuid, ...columns } = fresh;
  first.insert("Subnet", _uuid, columns);
  const given: unknown[] = [];
  for (let at = 1; at <= 3; at++) {
    const ip = addresses.next(first, fresh);
    given.push(ip);
    if (ip !== undefined) keep(first, fresh, ip, at);
  }
  assert.deepEqual(given, ["10.7.0.4", "10.7.0.5", undefined]);
  // Nothing of it is left for another one under the same UUID.
  first.abandon();
  const wider = { ...fresh, ranges: [] };
  const second = new Draft(center.store.view);
  second.insert("Subnet", _uuid, { ...columns, ranges: [] });
  assert.equal(addresses.next(second, wider), "10.7.0.1");
  // One that is there gives by its new ranges.
  const narrowed = { ...subnet, ranges: ["10.1.0.6/32"] };
  const third = new Draft(center.store.view);
  third.update("Subnet", subnet._uuid, { ranges: ["10.1.0.6/32"] });
  assert.equal(addresses.next(third, narrowed), "10.1.0.6");
});
