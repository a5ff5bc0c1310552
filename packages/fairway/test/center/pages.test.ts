import assert from "node:assert/strict";
import { test } from "node:test";
import { isLabelled, isNamed, pageOf } from "../../src/center/page.ts";
import { keyInList } from "../../src/center/schemas/list-keys.ts";
import { root, TestCenter } from "../center.ts";
import { certifier } from "../cli/manifest-runs.ts";

test("A03 a name of a filter may have stars anywhere", () => {
  const matches = (pattern: string) => ["blue", "blue-2", "red"].filter((name) => isNamed(name, pattern));
  assert.deepEqual(matches("blue"), ["blue"]);
  assert.deepEqual(matches("blue*"), ["blue", "blue-2"]);
  assert.deepEqual(matches("*e*"), ["blue", "blue-2", "red"]);
  assert.deepEqual(matches("*u*-*"), ["blue-2"]);
  assert.deepEqual(matches("b*e"), ["blue"]);
  assert.equal(isNamed("aba", "ab*ba"), false, "what stands before and behind a star does not overlap");
});

test("A03 a label of a filter is a key, or a key and its value", () => {
  const labels = { team: "web", empty: "" };
  assert.deepEqual(
    ["team", "team=web", "team=", "empty=", "other", "constructor"].map((wanted) =>
      isLabelled(labels, wanted),
    ),
    [true, true, false, true, false, false],
  );
});

test("A03 a page shows its own rows alone, and begins behind a row that is gone", () => {
  const shown: number[] = [];
  const listing = { key: (row: number) => String(row), view: (row: number) => (shown.push(row), row) };
  const rows = [5, 3, 1, 4, 2];
  assert.deepEqual(pageOf(rows, { limit: 2 }, listing), [1, 2]);
  assert.deepEqual(shown, [1, 2]);
  const left = rows.filter((row) => row !== 2);
  assert.deepEqual(pageOf(left, { limit: 2, after: "2" }, listing), [3, 4]);
});

test("A03 every list comes in pages of which none lacks or repeats an item", async () => {
  await using center = await TestCenter.start({ certifier });
  const { service } = center;
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.network("h2", "10.1.0.0/24");
  await center.network("h3", "10.3.0.0/24");
  for (let at = 0; at < 5; at++) await center.endpoint("h1", blue);
  for (const name of ["one", "two", "three"]) {
    const spec = {
      type: "vlan" as const,
      ranges: ["5-9"],
      peers: [],
      tunnelPort: null,
      mtu: null,
      options: {},
    };
    await service.physicalNetworks.create(name, spec, {}, root);
    await service.principals.create({ name, role: "viewer" }, root);
    await service.tokens.create({}, root);
  }
  const lists = {
    host: service.hosts.list.bind(service.hosts),
    network: service.networks.list.bind(service.networks),
    subnet: service.subnets.list.bind(service.subnets),
    endpoint: service.endpoints.list.bind(service.endpoints),
    address: service.addresses.list.bind(service.addresses),
    physicalNetwork: service.physicalNetworks.list.bind(service.physicalNetworks),
    principal: service.principals.list.bind(service.principals),
    token: service.tokens.list.bind(service.tokens),
  };
  for (const [noun, list] of Object.entries(lists)) {
    const whole = list({}, root) as readonly { readonly uuid: string }[];
    assert.ok(whole.length >= 3, noun);
    const key = keyInList[noun as keyof typeof keyInList] as (item: object) => string;
    const paged: { readonly uuid: string }[] = [];
    for (let after: string | undefined; ; ) {
      const page = list({ limit: 2, after }, root) as readonly { readonly uuid: string }[];
      assert.ok(page.length <= 2);
      paged.push(...page);
      const last = page.at(-1);
      if (last === undefined) break;
      after = key(last);
    }
    assert.deepEqual(
      paged.map(({ uuid }) => uuid),
      whole.map(({ uuid }) => uuid),
      noun,
    );
  }
});

test("A03 lists are filtered by what their items are", async () => {
  await using center = await TestCenter.start();
  const { service } = center;
  const blue = await center.network("h1", "10.1.0.0/24");
  await service.networks.create({ name: "shop-a", mode: "isolated", labels: { team: "web" } }, {}, root);
  await service.networks.create({ name: "shop-b", labels: { team: "ops" } }, {}, root);
  const names = (filter: Parameters<typeof service.networks.list>[0]) =>
    service.networks.list(filter, root).map(({ name }) => name);
  assert.deepEqual(names({ name: "shop-*" }), ["shop-a", "shop-b"]);
  assert.deepEqual(names({ label: "team=web" }), ["shop-a"]);
  assert.deepEqual(names({ mode: "isolated" }), ["shop-a"]);
  assert.deepEqual(names({ origin: "api", mode: "nat" }), ["shop-b"]);
  const web = await center.endpoint("h1", blue);
  await service.dockerEndpoints.describe(web.key, { names: ["web"], labels: { tier: "front" } }, root);
  await center.endpoint("h1", blue);
  const found = (filter: Parameters<typeof service.endpoints.list>[0]) =>
    service.endpoints.list(filter, root).map(({ uuid }) => uuid);
  assert.deepEqual(found({ name: "w*" }), [web.uuid]);
  assert.deepEqual(found({ label: "tier" }), [web.uuid]);
  assert.deepEqual(
    service.hosts.list({ name: "h*", state: "up" }, root).map(({ name }) => name),
    ["h1"],
  );
  const gateways = service.addresses.list({ network: blue.uuid, purpose: "gateway" }, root);
  assert.deepEqual(
    gateways.map(({ ip }) => ip),
    ["10.1.0.1"],
  );
  assert.equal(service.addresses.list({ host: "h1", purpose: "endpoint" }, root).length, 2);
});

test("A03 ten thousand networks page through, and no page holds more than its own", async () => {
  await using center = await TestCenter.start();
  const { store, service } = center;
  const { uuid } = await service.networks.create({ name: "net-0", subnets: [] }, {}, root);
  const model = store.view.get("Network", uuid) ?? assert.fail("it is there");
  const { _uuid: _own, ...columns } = model;
  const all = Array.from({ length: 9_999 }, (_, at) => ({ ...columns, name: `net-${at + 1}` }));
  for (let from = 0; from < all.length; from += 1_000)
    await store.change((draft) => {
      for (const row of all.slice(from, from + 1_000)) draft.insert("Network", crypto.randomUUID(), row);
    });
  const sizes: number[] = [];
  const tookMs: number[] = [];
  const list = (page: { readonly limit: number; readonly after?: string }) => {
    const begunAt = performance.now();
    const networks = service.networks.list(page, root);
    tookMs.push(performance.now() - begunAt);
    sizes.push(networks.length);
    return networks;
  };
  const seen = new Set<string>();
  let last = "";
  for (let page = list({ limit: 500 }); page.length > 0; page = list({ limit: 500, after: last }))
    for (const { name } of page) {
      assert.ok(name > last, "in order, each once");
      last = name;
      seen.add(name);
    }
  assert.equal(seen.size, 10_000);
  assert.deepEqual([Math.max(...sizes), sizes.length], [500, 21]);
  // A page is a fraction of what the whole costs; a machine that is busy may delay some.
  const begunAt = performance.now();
  service.networks.list({}, root);
  const [median = 0] = tookMs.sort((one, other) => one - other).slice(tookMs.length / 2);
  assert.ok(median < performance.now() - begunAt);
});
