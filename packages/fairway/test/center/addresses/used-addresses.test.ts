import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type MadeEndpoint, type MadeNetwork, RESERVATION_MS, root, TestCenter } from "../../center.ts";

describe("the addresses in use", () => {
  let center: TestCenter;
  let network: MadeNetwork;
  let web: MadeEndpoint;
  before(async () => {
    center = await TestCenter.start();
    network = await center.network("h1", "10.1.0.0/24");
    web = await center.endpoint("h1", network, "10.1.0.20");
    await center.network("h1", "fd00:1::/64");
  });
  after(() => center[Symbol.asyncDispose]());

  const list = (filter: { network?: string } = {}) => center.service.addresses.list(filter, root);

  test("are listed with what they are for, by number", async () => {
    const { pool, gateway, uuid } = network;
    await center.service.poolAddresses.request("h1", pool, { ip: "10.1.0.3" }, root);
    const known = list({ network: uuid });
    assert.deepEqual(
      known.map(({ ip, purpose, endpoint, host }) => ({ ip, purpose, endpoint, host })),
      [
        { ip: gateway, purpose: "gateway", endpoint: null, host: "h1" },
        { ip: "10.1.0.3", purpose: "endpoint", endpoint: null, host: "h1" },
        { ip: "10.1.0.20", purpose: "endpoint", endpoint: web.uuid, host: "h1" },
      ],
    );
    assert.deepEqual(
      known.map(({ expires }) => expires),
      [null, new Date(center.now + RESERVATION_MS).toISOString(), null],
    );
    const { name } = center.service.networks.show(uuid, root);
    for (const each of known) {
      assert.deepEqual(each.network, { uuid, name });
      assert.deepEqual(each.subnet, { uuid: pool, cidr: "10.1.0.0/24" });
    }
  });

  test("are those of every network, and of pools that no network has bound", async () => {
    const asked = { space: "s", family: 4, cidr: "10.9.0.0/24", options: {} } as const;
    const { pool } = await center.service.pools.request("h1", asked, root);
    await center.service.poolAddresses.request("h1", pool, { purpose: "gateway" }, root);
    const all = list();
    const subnets = new Set(all.map(({ subnet }) => subnet.cidr));
    assert.deepEqual(subnets, new Set(["10.1.0.0/24", "fd00:1::/64", "10.9.0.0/24"]));
    const unbound = all.filter(({ network }) => network === null);
    assert.deepEqual(
      unbound.map(({ subnet }) => subnet.uuid),
      [pool],
    );
  });

  test("are every host's to see, but not one's whose certificate has expired", () => {
    const h1 = { ...root, caller: { kind: "host", name: "h1" } as const };
    assert.deepEqual(center.service.addresses.list({}, h1), center.service.addresses.list({}, root));
    const expired = { ...root, caller: { ...h1.caller, hasExpired: true } as const };
    assert.throws(() => center.service.addresses.list({}, expired), { code: "forbidden" });
  });
});
