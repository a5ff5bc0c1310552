import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import { routeTargetTroubles } from "../../../src/center/route-targets/route-target-view.ts";
import type { DesiredRow, Unit } from "../../../src/compile/northbound/desired.ts";
import { TrackedUnits } from "../../../src/compile/northbound/tracked-units.ts";
import { allUnits, compileUnit } from "../../../src/compile/northbound/units.ts";
import { derive } from "../../../src/identity.ts";
import { mostMembers } from "../../../src/intent/route-targets.ts";
import { withMemory } from "../../../src/intent/view.ts";
import { anyIntent } from "../any-intent.ts";
import { IntentInMemory, type Write } from "../intent-in-memory.ts";

const uuid = (name: string) => derive("test", name);

/** A network of one subnet. */
function network(name: string, cidr: string, labels: Readonly<Record<string, string>>): readonly Write[] {
  const gateway = cidr.replace(/0\/\d+$/, "1");
  const address = {
    purpose: "gateway",
    organization: null,
    endpoint: null,
    host: null,
    expires: null,
    note: "",
    labels: {},
  } as const;
  return [
    networkRow(name, labels),
    {
      table: "Subnet",
      uuid: uuid(`${name} subnet`),
      row: {
        network: uuid(name),
        cidr,
        gateway,
        ranges: [],
        host_routes: [],
        dns: [],
        options: {},
        managed: true,
      },
    },
    {
      table: "Address",
      uuid: uuid(`${name} gateway`),
      row: { ...address, subnet: uuid(`${name} subnet`), ip: gateway, since: 1 },
    },
  ];
}

function networkRow(name: string, labels: Readonly<Record<string, string>>): Write {
  return {
    table: "Network",
    uuid: uuid(name),
    row: {
      name,
      claimed: true,
      mode: "nat",
      internal: false,
      attachable: false,
      mtu_asked: null,
      mtu: 1442,
      options: {},
      labels,
      origin: "api",
      origin_host: null,
      scope: "cluster",
      removal: null,
      physical_network: null,
      segment: null,
      zone: null,
      shared_with: [],
      changed: [],
      status: {},
    },
  };
}

const attached = (name: string): Write => ({
  table: "Router_Interface",
  uuid: uuid(`${name} interface`),
  row: { router: uuid("r"), network: uuid(name), addresses: [], claims: {}, options: {} },
});
const router: Write = {
  table: "Router",
  uuid: uuid("r"),
  row: {
    name: "r",
    organization: null,
    routes: {},
    zone_policy: null,
    zone_rules: {},
    labels: {},
    options: {},
    status: {},
  },
};

function intentOf(...writes: readonly (readonly Write[])[]): IntentInMemory {
  const intent = new IntentInMemory();
  intent.write(writes.flat());
  return intent;
}

/** All that route targets make. */
function rowsOf(intent: IntentInMemory): readonly DesiredRow[] {
  return Array.from(allUnits(intent))
    .filter((unit) => unit.startsWith("route-target"))
    .flatMap((unit) => compileUnit(intent, unit));
}

const count = (rows: readonly DesiredRow[], table: DesiredRow["table"]) =>
  rows.filter((row) => row.table === table).length;

const both = { rt: "64512:100,64512:200" };

test("R07 a pair that shares two targets has one link and one route each way", () => {
  const rows = rowsOf(intentOf(network("a", "10.1.0.0/24", both), network("b", "10.2.0.0/24", both)));
  assert.deepEqual(
    (["Logical_Switch", "Logical_Router_Port", "Logical_Switch_Port"] as const).map((table) =>
      count(rows, table),
    ),
    [1, 2, 2],
  );
  assert.equal(count(rows, "Logical_Router_Static_Route"), 2);
});

test("R07 nothing is made of a target of one network, or of networks on one router alone", () => {
  assert.deepEqual(rowsOf(intentOf(network("a", "10.1.0.0/24", both))), []);
  const onRouter = [router, attached("a"), attached("b")];
  const pair = [network("a", "10.1.0.0/24", both), network("b", "10.2.0.0/24", both)];
  assert.deepEqual(rowsOf(intentOf(...pair, onRouter)), []);
  const third = rowsOf(intentOf(...pair, onRouter, network("c", "10.3.0.0/24", { rt: "64512:200" })));
  assert.equal(count(third, "Logical_Router_Static_Route"), 4, "to c from both, and back");
});

test("R07 a way that only one of both wants is one route, and one route fewer where a subnet is the importer's own", () => {
  const [importing, exporting] = [{ "rt.import": "1:1" }, { "rt.export": "1:1" }];
  const apart = rowsOf(
    intentOf(network("a", "10.1.0.0/24", importing), network("b", "10.2.0.0/24", exporting)),
  );
  assert.equal(count(apart, "Logical_Router_Static_Route"), 1);
  const same = rowsOf(
    intentOf(network("a", "10.1.0.0/24", importing), network("b", "10.1.0.0/16", exporting)),
  );
  assert.equal(count(same, "Logical_Router_Static_Route"), 0);
});

test("R07 a table says one thing of a destination, and no row is made twice, whatever the intent says", () => {
  let imported = 0;
  fc.assert(
    fc.property(anyIntent, (writes) => {
      const intent = new IntentInMemory();
      intent.write(writes);
      const rows = Array.from(allUnits(intent)).flatMap((unit) => {
        try {
          return compileUnit(intent, unit).map((row) => ({ unit, row }));
        } catch {
          return [];
        }
      });
      const uuids = rows.map(({ row }) => row.uuid);
      assert.equal(new Set(uuids).size, uuids.length);
      const keys = rows.flatMap(({ row }) =>
        row.table === "Logical_Router_Static_Route"
          ? JSON.stringify([row.references, row.columns.route_table, row.columns.ip_prefix])
          : [],
      );
      assert.equal(new Set(keys).size, keys.length);
      imported += rows.filter(
        ({ unit, row }) => unit.startsWith("route-targets/") && row.table === "Logical_Router_Static_Route",
      ).length;
    }),
  );
  assert.ok(imported > 0);
});

test("R07 a label that changes marks the networks of its targets, and no others", () => {
  const names = ["a", "b", "c", "d"];
  const intent = intentOf(
    network("a", "10.1.0.0/24", { rt: "1:1" }),
    network("b", "10.2.0.0/24", { rt: "1:1" }),
    network("c", "10.3.0.0/24", { rt: "2:2" }),
    network("d", "10.4.0.0/24", { rt: "2:2" }),
  );
  const marked = new Set<Unit>();
  const units = new TrackedUnits(intent, (unit) => marked.add(unit));
  for (const unit of allUnits(intent)) units.compile(unit);
  const marks = (write: Write): readonly string[] => {
    marked.clear();
    units.follow(intent.write([write]));
    while (units.unsettled > 0) units.settleNext();
    for (const unit of marked) units.compile(unit);
    return names.filter((name) => marked.has(`route-targets/${uuid(name)}`));
  };
  assert.deepEqual(marks(networkRow("a", { rt: "1:1", team: "web" })), [], "another label");
  assert.deepEqual(marks(networkRow("a", {})), ["a", "b"]);
  assert.deepEqual(marks(networkRow("a", { rt: "2:2" })), ["a", "c", "d"]);
  assert.deepEqual(marks(networkRow("a", { rt: "3:3" })), ["a", "c", "d"]);
});

test("R07 one network more than may take part in a target does not, and says so; the older ones go on", () => {
  const names = Array.from({ length: mostMembers + 1 }, (_, at) => `n${at}`);
  const intent = intentOf(
    ...names.map((name, at) => network(name, `10.${at >> 8}.${at & 255}.0/24`, { rt: "1:1" })),
  );
  for (const [name, since] of [
    ["n0", 2],
    ["n1", 0],
  ] as const) {
    const { _uuid: address, ...row } = intent.get("Address", uuid(`${name} gateway`)) ?? assert.fail();
    intent.write([{ table: "Address", uuid: address, row: { ...row, since } }]);
  }
  const view = withMemory(intent);
  const troubles = (name: string) => {
    const row = view.get("Network", uuid(name)) ?? assert.fail();
    return routeTargetTroubles(view, row);
  };
  const routes = (name: string) =>
    count(compileUnit(view, `route-targets/${uuid(name)}`), "Logical_Router_Static_Route");
  assert.deepEqual([routes("n0"), routes("n1")], [0, mostMembers - 1]);
  assert.deepEqual(troubles("n0"), [
    "target 1:1 has 256 older networks, as many as one may: the network does not take part in it",
  ]);
  assert.deepEqual(troubles("n1"), []);
});

test("R07 with 50 networks on a target one more label costs what the routes of all need, not their square again", () => {
  const many = (size: number) => {
    const intent = intentOf(
      ...Array.from({ length: size }, (_, at) =>
        network(`n${at}`, `10.${at}.0.0/24`, at === 0 ? {} : { rt: "1:1" }),
      ),
    );
    const marked = new Set<Unit>();
    const units = new TrackedUnits(intent, (unit) => marked.add(unit));
    for (const unit of allUnits(intent)) units.compile(unit);
    let routes = 0;
    units.follow(intent.write([networkRow("n0", { rt: "1:1" })]));
    while (units.unsettled > 0) units.settleNext();
    for (const unit of marked)
      if (unit.startsWith("route-targets/"))
        routes += count(units.compile(unit), "Logical_Router_Static_Route");
    return { marked: marked.size, routes };
  };
  const { marked, routes } = many(50);
  assert.equal(routes, 50 * 49);
  // Of each network its ports and routes; and who has the switch.
  assert.ok(marked <= 50 + 2 + 1, `${marked} units are marked`);
});
