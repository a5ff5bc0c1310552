import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { ApiClient } from "../../src/api/client.ts";
import { ApiUnderTest } from "../bad-input/api-under-test.ts";
import { root } from "../center.ts";
import { certifier } from "../cli/manifest-runs.ts";

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly detail: string }[];
}

const url = "/v1/transactions";
const blue = { operation: "createNetwork", body: { name: "blue", subnets: [{ cidr: "10.1.0.0/24" }] } };
const printer = { operation: "reserveAddress", body: { network: "blue", ip: "10.1.0.9", note: "printer" } };

const printerOn = (network: string) => ({ operation: "reserveAddress", body: { network } });

describe("several changes as one transaction", () => {
  let api: ApiUnderTest;
  let number = 0;
  before(async () => {
    api = await ApiUnderTest.start(certifier);
    await api.center.service.hosts.register("node-1", { systemId: "system-node-1" }, root);
  });
  beforeEach(async () => {
    const { networks, ports, addresses } = api.center.service;
    const removing = (operation: string) => (object: { readonly uuid: string }) => ({
      operation,
      parameters: { reference: object.uuid },
    });
    const changes = [
      ...ports.list({}, root).map(removing("removePort")),
      ...addresses.list({ purpose: "reserved" }, root).map(removing("releaseReservation")),
      ...networks.list({}, root).map(removing("removeNetwork")),
    ];
    if (changes.length > 0) assert.equal((await transact(changes)).status, 200);
  });
  after(() => api[Symbol.asyncDispose]());

  const transact = (changes: unknown, query = "") => api.send("POST", `${url}${query}`, { changes });
  const refused = async (changes: unknown) => {
    const rows = api.rows();
    const { status, problem } = await transact(changes);
    assert.equal(api.rows(), rows, "nothing has changed");
    return { status, ...(problem as Problem) };
  };

  test("A08 each sees what those before it make, and answers as it does alone", async () => {
    const { status, body } = await transact([
      {
        operation: "createPhysicalNetwork",
        parameters: { physicalNetwork: `wire-${++number}` },
        body: { type: "vlan", ranges: ["5-9"] },
      },
      { operation: "createNetwork", body: { name: "wired", options: { physicalnetwork: `wire-${number}` } } },
      blue,
      printer,
      { operation: "createPort", body: { name: "vm1", network: "blue" } },
      { operation: "createSubnet", body: { network: "blue", cidr: "10.2.0.0/24" } },
    ]);
    assert.equal(status, 200, body);
    const { results } = JSON.parse(body) as { results: readonly Record<string, unknown>[] };
    const { physicalNetworks, networks, addresses, ports, subnets } = api.center.service;
    assert.deepEqual(
      results.map((each) => each["name"] ?? each["ip"] ?? each["cidr"]),
      [`wire-${number}`, "wired", "blue", "10.1.0.9", "vm1", "10.2.0.0/24"],
    );
    assert.deepEqual(
      physicalNetworks.show(`wire-${number}`, root).networks.map(({ name, segment }) => [name, segment]),
      [["wired", 5]],
    );
    assert.equal(addresses.show("10.1.0.9", root).note, "printer");
    assert.deepEqual(ports.show("vm1", root).addresses, ["10.1.0.2/24"]);
    assert.equal(subnets.list({ network: "blue" }, root).length, 2);
    assert.equal(networks.show("blue", root).uuid, results[2]?.["uuid"]);
  });

  test("A08 what is made is changed and removed in the same transaction", async () => {
    const of = (reference: string) => ({ parameters: { reference } });
    const subnet = "00000000-0000-4000-8000-000000000005";
    const { status, body } = await transact([
      blue,
      { operation: "updateNetwork", ...of("blue"), body: { labels: { team: "ops" } } },
      printer,
      { operation: "updateReservation", ...of("10.1.0.9"), body: { note: "scanner" } },
      { operation: "createPort", body: { name: "vm1", network: "blue" } },
      { operation: "updatePort", ...of("vm1"), body: { name: "vm2" } },
      { operation: "createSubnet", body: { id: subnet, network: "blue", cidr: "10.2.0.0/24" } },
      { operation: "updateSubnet", ...of(subnet), body: { dns: ["9.9.9.9"] } },
      { operation: "removeSubnet", ...of(subnet) },
      { operation: "removePort", ...of("vm2") },
      { operation: "releaseReservation", ...of("10.1.0.9") },
      { operation: "createNetwork", body: { name: "brief" } },
      { operation: "removeNetwork", ...of("brief") },
    ]);
    assert.equal(status, 200, body);
    const { results } = JSON.parse(body) as { results: readonly (Record<string, unknown> | null)[] };
    assert.deepEqual(results[1]?.["labels"], { team: "ops" });
    assert.deepEqual(
      [results[3]?.["note"], results[5]?.["name"], results[7]?.["dns"]],
      ["scanner", "vm2", ["9.9.9.9"]],
    );
    const { networks, addresses, ports, subnets } = api.center.service;
    assert.deepEqual(
      networks.list({}, root).map(({ name, labels }) => [name, labels]),
      [["blue", { team: "ops" }]],
    );
    assert.deepEqual([ports.list({}, root), addresses.list({ purpose: "reserved" }, root)], [[], []]);
    assert.equal(subnets.list({ network: "blue" }, root).length, 1);
  });

  test("A08 R01 a router and the networks that are attached to it are made at once, and taken away at once", async () => {
    const green = { operation: "createNetwork", body: { name: "green", subnets: [{ cidr: "10.2.0.0/24" }] } };
    const attach = (network: string) => ({
      operation: "attachNetwork",
      parameters: { router: "r1", network },
      body: {},
    });
    const made = await transact([
      { operation: "createRouter", body: { name: "r1" } },
      blue,
      green,
      attach("blue"),
      attach("green"),
      { operation: "updateRouter", parameters: { router: "r1" }, body: { labels: { team: "ops" } } },
    ]);
    assert.equal(made.status, 200, made.body);
    const { routers } = api.center.service;
    const { interfaces, labels } = routers.show("r1", root);
    assert.deepEqual(
      interfaces.map(({ network, addresses }) => [network.name, ...addresses]),
      [
        ["blue", "10.1.0.1/24"],
        ["green", "10.2.0.1/24"],
      ],
    );
    assert.deepEqual(labels, { team: "ops" });
    const gone = await transact([
      ...["blue", "green"].map((network) => ({
        operation: "detachNetwork",
        parameters: { router: "r1", network },
      })),
      { operation: "removeRouter", parameters: { router: "r1" } },
    ]);
    assert.equal(gone.status, 200, gone.body);
    assert.deepEqual(routers.list({}, root), []);
  });

  test("A08 where some are refused nothing is done, and each is named with its field", async () => {
    const { status, code, detail, errors } = await refused([
      blue,
      printer,
      { operation: "reserveAddress", body: { network: "blue", ip: "10.9.0.1" } },
      { operation: "createPort", body: { name: "vm1", network: "blue", addresses: ["10.1.0.9"] } },
      { operation: "updatePort", parameters: { reference: "vm7" }, body: { name: "vm8" } },
    ]);
    assert.deepEqual([status, code], [400, "invalid"]);
    assert.deepEqual(
      errors?.map(({ field }) => field),
      ["changes[2].body.ip", "changes[3]", "changes[4]"],
    );
    assert.match(
      detail,
      /^changes\[2\] \(reserveAddress\): ip is not an address .*; changes\[3\] \(createPort\): .*printer.*; changes\[4\] \(updatePort\): no port "vm7"/,
    );
  });

  test("A08 what its schema refuses is named within the change", async () => {
    const cases: readonly (readonly [unknown, string])[] = [
      [[], "changes"],
      [[{ ...blue, operation: "createNetwrk" }], "changes[0].operation"],
      [[blue, { ...printer, body: { network: "blue", ip: "10.1.0" } }], "changes[1].body.ip"],
      [[{ operation: "updatePort", body: {} }], "changes[0].parameters"],
      [[{ ...blue, parameters: { "dry-run": true } }], "changes[0].parameters"],
      [[{ operation: "createNetwork" }], "changes[0].body"],
      [[{ ...blue, ifMatch: "a" }], "changes[0].ifMatch"],
      [[{ operation: "removePort", parameters: { reference: "a" }, ifMatch: 5 }], "changes[0].ifMatch"],
      [Array.from({ length: 1_001 }, () => blue), "changes"],
    ];
    for (const [changes, field] of cases) {
      const { status, code, errors } = await refused(changes);
      assert.deepEqual([status, code, errors?.[0]?.field], [400, "invalid", field]);
    }
  });

  test("A08 revisions are compared within: one that is old ends the whole", async () => {
    await transact([blue, printer]);
    const { networks, addresses } = api.center.service;
    const { uuid, revision } = networks.show("blue", root);
    const changes = (ifMatch: string) => [
      { operation: "updateReservation", parameters: { reference: "10.1.0.9" }, body: { note: "scanner" } },
      { operation: "updateNetwork", parameters: { reference: uuid }, body: { labels: { a: "b" } }, ifMatch },
    ];
    const { status, errors } = await refused(changes("0123456789abcdef"));
    assert.deepEqual([status, errors?.[0]?.field], [412, "changes[1]"]);
    assert.equal(addresses.show("10.1.0.9", root).note, "printer");
    assert.equal((await transact(changes(revision))).status, 200);
    assert.equal(addresses.show("10.1.0.9", root).note, "scanner");
  });

  test("A08 a dry run answers what would be, and what would be refused, and changes nothing", async () => {
    const rows = api.rows();
    const { status, body } = await transact([blue, printer], "?dry-run");
    assert.equal(status, 200);
    assert.equal(api.rows(), rows);
    assert.equal((JSON.parse(body) as { results: { ip?: string }[] }).results[1]?.ip, "10.1.0.9");
    const wrong = await transact([blue, printer, printer], "?dry-run");
    assert.equal(wrong.status, 409);
    assert.equal(api.rows(), rows);
    // What it took is free again.
    assert.equal((await transact([blue, printer])).status, 200);
  });

  test("A08 as many changes as a transaction may have are one, and one of them ends all", async (t) => {
    const wide = { operation: "createNetwork", body: { name: "wide", subnets: [{ cidr: "10.8.0.0/16" }] } };
    const names = Array.from({ length: 998 }, (_, at) => `vm${at}`);
    const ports = names.map((name) => ({ operation: "createPort", body: { name, network: "wide" } }));
    const last = { operation: "createPort", body: { name: "vm7", network: "wide" } };
    const begun = performance.now();
    const { errors } = await refused([wide, ...ports, last]);
    t.diagnostic(`planned in ${Math.round(performance.now() - begun)} ms`);
    assert.deepEqual(
      errors?.map(({ field }) => field),
      ["changes[999]"],
    );
    const { status } = await transact([wide, ...ports, printerOn("wide")]);
    t.diagnostic(`both in ${Math.round(performance.now() - begun)} ms`);
    assert.equal(status, 200);
    const all = api.center.service.ports.list({}, root);
    assert.equal(new Set(all.flatMap(({ addresses }) => addresses)).size, 998);
  });

  test("A06 A08 each change needs the role that it needs alone", async () => {
    const { token } = await api.center.service.principals.create({ name: "ci", role: "member" }, root);
    await using client = new ApiClient({ target: `unix:${api.socketPath}`, token });
    const green = { operation: "createNetwork", body: { name: "green" } } as const;
    const wire = {
      operation: "createPhysicalNetwork",
      parameters: { physicalNetwork: "office" },
      body: { type: "flat" },
    } as const;
    const organization = { operation: "createOrganization", body: { name: "red" } } as const;
    const rows = api.rows();
    for (const other of [
      wire,
      organization,
      { operation: "removePrincipal", parameters: { name: "ci" } } as const,
    ])
      await assert.rejects(client.transact({}, { changes: [green, other] }), {
        code: "forbidden",
        message: /^changes\[1\] \(\w+\): principal ci may not administer the cluster$/,
      });
    assert.equal(api.rows(), rows);
    assert.equal((await client.transact({}, { changes: [green] })).results.length, 1);
  });

  test("A08 a removal takes what an earlier one has freed, and answers null where it answers nothing", async () => {
    await transact([blue, printer]);
    const { uuid } = api.center.service.addresses.show("10.1.0.9", root);
    const { status, body } = await transact([
      { operation: "releaseReservation", parameters: { reference: uuid } },
      { operation: "removePhysicalNetwork", parameters: { physicalNetwork: "none" } },
      { operation: "removeNetwork", parameters: { reference: "blue" } },
    ]);
    assert.equal(status, 200, body);
    const { results } = JSON.parse(body) as { results: readonly ({ uuid: string } | null)[] };
    assert.deepEqual([results[0]?.uuid, results[1]], [uuid, null]);
    assert.deepEqual(api.center.service.networks.list({}, root), []);
  });
});
