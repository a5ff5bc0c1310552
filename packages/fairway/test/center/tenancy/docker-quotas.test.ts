import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { ClaimedEndpoint, ClaimedNetwork } from "../../../src/center/schemas/claim.ts";
import type { Quotas } from "../../../src/center/schemas/tenancy.ts";
import { engineId, GRACE_MS, root, TestCenter } from "../../center.ts";
import { refused } from "../networks/asked.ts";
import { dockerCreates, levelOptions, lostDefinition, makeLevels, makeNetwork } from "./levels.ts";

const name = "Enterprise/Domain/Zone/Subnet 2";

/** That one more is beyond a quota. */
const beyond = (quota: keyof Quotas, has: number, bound = has) =>
  refused(
    "exhausted",
    new RegExp(`^organization Enterprise has ${has} of ${bound} ${quota}: quota ${quota};`),
  );

describe("quotas where engines ask", () => {
  let center: TestCenter;
  let joined: Awaited<ReturnType<typeof dockerCreates>>;
  before(async () => {
    center = await TestCenter.start({ makesLevels: true });
    for (const host of ["h1", "h2"]) await center.service.hosts.register(host, { systemId: host }, root);
    await makeLevels(center, "Enterprise", "Domain", "Zone");
    await makeNetwork(center, name, "10.21.59.0/24");
    joined = await dockerCreates(center, "h1", name, {});
  });
  after(() => center[Symbol.asyncDispose]());

  const usage = () => center.service.organizations.show("Enterprise", root).usage;
  const bound = (quotas: Quotas | null) =>
    center.service.organizations.update("Enterprise", { quotas }, {}, root);
  const address = () => center.service.poolAddresses.request("h1", joined.pool, {}, root);
  const endpoint = (addresses: string[]) =>
    center.service.dockerEndpoints.create(
      { host: "h1", networkId: joined.id, endpointId: engineId() },
      { addresses },
      root,
    );

  test("R11 a network made on an engine's way is refused beyond the quota, with all levels; a join is none", async () => {
    await bound({ networks: 1 });
    const asked = { cidr: "10.30.0.0/24", gateway: "10.30.0.1" };
    const missing = "Enterprise/Domain/New/net";
    await assert.rejects(dockerCreates(center, "h1", missing, asked), beyond("networks", 1));
    assert.equal(center.store.view.count("Zone", "byName", "Enterprise/Domain/New"), 0);
    const waiting = [...center.store.view.rows("Subnet")].filter(({ network }) => network === null);
    assert.deepEqual(waiting, [], "nothing waits for it");
    await dockerCreates(center, "h2", name, {});
    await center.network("h1", "10.31.0.0/24");
    await dockerCreates(center, "h1", "Other/Domain/Zone/net", { ...asked, cidr: "10.30.0.0/24" });
    await bound({ networks: 2 });
    await dockerCreates(center, "h1", missing, asked);
    assert.equal(usage().networks, 2);
    await bound(null);
  });

  test("R11 a container's address and endpoint beyond the quota are refused; what one gives back another gets", async () => {
    await bound({ addresses: 2, ports: 1 });
    const { key, ip } = await center.endpoint("h1", joined);
    await address();
    assert.deepEqual(
      [usage().addresses, usage().ports],
      [2, 1],
      "an address counts before its endpoint is there",
    );
    await assert.rejects(address(), beyond("addresses", 2));
    const asked = { ip: "10.21.59.77" };
    await assert.rejects(
      center.service.poolAddresses.request("h1", joined.pool, asked, root),
      beyond("addresses", 2),
    );
    await center.service.poolAddresses.request("h1", joined.pool, { purpose: "gateway" }, root);
    const before = center.store.view.count("Endpoint", "byHost", host());
    await assert.rejects(endpoint([]), beyond("ports", 1));
    await bound({ addresses: 2, ports: 5 });
    await assert.rejects(endpoint(["10.21.59.77"]), beyond("addresses", 2));
    assert.equal(center.store.view.count("Endpoint", "byHost", host()), before, "nothing is left of it");
    await center.service.dockerEndpoints.delete(key, root);
    assert.deepEqual([usage().addresses, usage().ports], [2, 0], "until its engine releases it");
    await center.service.poolAddresses.release("h1", joined.pool, ip, root);
    await center.endpoint("h1", joined);
    await bound(null);
  });

  test("R11 what an engine has already is never refused, and the next wish is", async () => {
    await bound({ networks: 0, addresses: 0, ports: 0, rules: 0 });
    const before = usage();
    const network: ClaimedNetwork = {
      uuid: randomUUID(),
      name: "Enterprise/Domain/Zone/Lost",
      engineName: "MyNet",
      handle: "joined",
      definition: lostDefinition(["10.40.0.0/24", "10.40.0.1"], {
        ipamOptions: levelOptions("Enterprise/Domain/Zone/Lost"),
      }),
    };
    const endpoints: ClaimedEndpoint[] = [
      { endpointId: engineId(), addresses: ["10.40.0.9"], mac: "02:42:0a:28:00:09" },
    ];
    const { troubles } = await center.service.claims.claim("h1", engineId(), { network, endpoints }, root);
    assert.deepEqual(troubles, []);
    const { networks, addresses, ports } = usage();
    assert.deepEqual(
      [networks, addresses, ports],
      [before.networks + 1, before.addresses + 1, before.ports + 1],
    );
    await assert.rejects(endpoint([]), beyond("ports", ports, 0));
    await bound(null);
  });

  test("R11 what a host lost while it was away it gets back, whatever others have got meanwhile", async () => {
    await center.endpoint("h1", joined);
    await bound({ addresses: usage().addresses });
    const before = usage().addresses;
    await assert.rejects(address(), beyond("addresses", before));
    const pass = async (ms: number, ...heard: readonly string[]) => {
      center.now += ms;
      for (const each of heard) center.service.hosts.recordHeartbeat(each, root);
      await center.hostWatch.look();
    };
    await pass(20_000, "h2");
    await pass(GRACE_MS, "h2");
    const lost = before - usage().addresses;
    assert.ok(lost > 0, "they are everybody's");
    for (let taken = 0; taken < lost; taken++)
      await center.service.reservations.reserve(
        { network: name, note: "", labels: {}, expires: null },
        {},
        root,
      );
    assert.equal(usage().addresses, before);
    await pass(1, "h1", "h2");
    assert.equal(usage().addresses, before + lost);
    await bound(null);
  });

  function host(): string {
    return center.store.view.find("Host", "byName", "h1")[0]?._uuid ?? "";
  }
});
