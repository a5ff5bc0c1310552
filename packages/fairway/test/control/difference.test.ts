import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { byUuid, type ColumnValue, type Operation, operationsFor } from "@fairway/ovsdb";
import fc from "../../../../test/fast-check.ts";
import { TestServer } from "../../../ovsdb/test/server.ts";
import { isSame } from "../../src/columns.ts";
import {
  type DesiredRow,
  inSwitch,
  type NorthboundTable,
  type Unit,
} from "../../src/compile/northbound/desired.ts";
import { schema, type Tables } from "../../src/compile/northbound/generated/northbound.ts";
import { TrackedUnits } from "../../src/compile/northbound/tracked-units.ts";
import { allUnits } from "../../src/compile/northbound/units.ts";
import { OWNED_TABLES, placesOf } from "../../src/control/ownership.ts";
import { derive } from "../../src/identity.ts";
import { NORTHBOUND_SCHEMA } from "../center.ts";
import { anyIntent } from "../compile/any-intent.ts";
import { IntentInMemory, type Write } from "../compile/intent-in-memory.ts";
import { NorthboundUnderTest } from "./northbound-under-test.ts";

const op = operationsFor<Tables>(schema);

let server: TestServer;
before(async () => {
  server = await TestServer.start([NORTHBOUND_SCHEMA]);
});
after(() => server[Symbol.asyncDispose]());

/** An empty Northbound for each run of a test. */
async function emptied(): Promise<NorthboundUnderTest> {
  const under = new NorthboundUnderTest(server);
  await under.write([...OWNED_TABLES.map((table) => op.delete(table, [])), op.delete("NB_Global", [])]);
  await under.lead();
  return under;
}

/** An intent all of whose units can be compiled and written. */
const soundIntent = anyIntent.map((writes) => {
  const subnets = writes.filter(({ table }) => table === "Subnet").map(({ uuid }) => uuid);
  return writes.map((write): Write => {
    if (write.table !== "Subnet" || write.row === undefined) return write;
    const at = subnets.indexOf(write.uuid);
    const [cidr, gateway] = at < 3 ? [`10.${at}.0.0/24`, `10.${at}.0.1`] : ["fd00:1::/64", "fd00:1::1"];
    return { ...write, row: { ...write.row, cidr, gateway: write.row.gateway === null ? null : gateway } };
  });
});

function compileAll(rows: readonly Write[]): ReadonlyMap<Unit, readonly DesiredRow[]> {
  const intent = new IntentInMemory();
  intent.write(rows);
  const units = new TrackedUnits(intent, () => undefined);
  return new Map(Array.from(allUnits(intent), (unit) => [unit, units.compile(unit)]));
}

const foreign = derive("test", "foreign");

/** Damage to one row of ours, found by a number. */
type Damage = (
  rows: readonly (readonly [NorthboundTable, string])[],
  switches: readonly string[],
) => Operation[];

const anyDamage: fc.Arbitrary<Damage> = fc
  .tuple(
    fc.nat(),
    fc.nat(),
    fc.constantFrom("unmark", "orphan", "misplace", "unit", "lose", "name", "extra", "unknown"),
  )
  .map(
    ([which, other, how]): Damage =>
      (rows, switches) => {
        const [table, uuid] = rows[which % rows.length] ?? ["Logical_Switch", foreign];
        const [, another] = rows[other % rows.length] ?? ["Logical_Switch", foreign];
        const home = switches[other % switches.length] ?? foreign;
        const where = byUuid(uuid);
        const unmark = (...keys: string[]) =>
          op.mutate(table, where, [["external_ids", "delete", keys]] as never);
        const mark = (marks: Record<string, string>) =>
          op.mutate(table, where, [["external_ids", "insert", marks]] as never);
        const port = derive("test", how, String(which));
        const extra = (marks: Record<string, string>) => [
          op.insert("Logical_Switch_Port", { name: port, external_ids: marks }, port),
          op.mutate("Logical_Switch", byUuid(home), [["ports", "insert", [port]]]),
        ];
        switch (how) {
          case "unmark":
            return [unmark("fairway", "fairway-parent")];
          case "orphan":
            return [unmark("fairway-parent")];
          case "misplace":
            return [unmark("fairway-parent"), mark({ "fairway-parent": `${another} nonsense` })];
          case "unit":
            return [unmark("fairway"), mark({ fairway: `network/${another}` })];
          case "lose":
            return placesOf(table).map((place) =>
              op.mutate(place.table, [], [[place.column, "delete", [uuid]]] as never),
            );
          case "name":
            return table === "ACL" ? [op.update(table, where, { match: "1" })] : [];
          case "extra":
            return extra({ fairway: `endpoint/${another}`, "fairway-parent": another });
          case "unknown":
            return extra({ fairway: `of-a-later-version/${another}` });
        }
      },
  );

test("it converges from any Northbound of ours to any intent, and finds nothing to do then; foreign rows stay", async () => {
  const damages = fc.array(anyDamage, { maxLength: 8 });
  const size = fc.integer({ min: 1, max: 20 });
  const property = fc.asyncProperty(
    soundIntent,
    soundIntent,
    damages,
    size,
    async (before, rows, damages, size) => {
      await using under = await emptied();
      await under.apply(compileAll(before));
      await under.apply(compileAll(before));
      const ours = () =>
        OWNED_TABLES.flatMap((table) =>
          Array.from(under.northbound.replica.table(table).rows())
            .filter(({ external_ids }) => external_ids["fairway"] !== undefined)
            .map(({ _uuid }) => [table, _uuid] as const),
        );
      const switches = () => ours().flatMap(([table, uuid]) => (table === "Logical_Switch" ? [uuid] : []));
      await under.write([
        op.insert("Logical_Switch_Port", { name: "foreign" }, foreign),
        op.insert("Logical_Switch", { name: "foreign", ports: [foreign] }),
      ]);
      for (const damage of damages) await under.write(damage(ours(), switches()));
      const desired = compileAll(rows);
      const all = () => {
        const units = new Map(desired);
        for (const unit of under.northbound.units()) if (!units.has(unit)) units.set(unit, []);
        return units;
      };
      let passes = 1;
      while ((await under.applyBy(size, all())) > 0) assert.ok(++passes < 5, "it does not end");
      const content = await under.content();
      const wanted = [...desired].flatMap(([unit, rows]) => rows.map((row) => [unit, row] as const));
      assert.deepEqual([...content.keys()].sort(), wanted.map(([, { uuid }]) => uuid).sort());
      for (const [unit, { table, uuid, columns, references }] of wanted) {
        const row = content.get(uuid) as Record<string, unknown> & { readonly external_ids: object };
        for (const [column, value] of Object.entries(columns))
          if (column !== "external_ids") assert.ok(isSame(row[column] as ColumnValue, value as ColumnValue));
        assert.equal((row.external_ids as Record<string, string>)["fairway"], unit);
        const places = references.map((each) => `${each.table}.${each.column} ${each.uuid}`);
        const referrers = row["referrers"] as readonly string[];
        assert.deepEqual([row["table"], referrers.toSorted()], [table, places.sort()]);
      }
      assert.ok(under.whole.table("Logical_Switch_Port").get(foreign) !== undefined);
    },
  );
  await fc.assert(property, { numRuns: 40 });
});

const [one, other, acl] = [derive("test", "one"), derive("test", "other"), derive("test", "acl")];
const logicalSwitch = (uuid: string): DesiredRow => ({
  table: "Logical_Switch",
  uuid,
  columns: { name: uuid },
  references: [],
});
const aclIn = (...switches: readonly string[]): DesiredRow => ({
  table: "ACL",
  uuid: acl,
  columns: { direction: "from-lport", priority: 1, match: "1", action: "drop" },
  references: switches.map((uuid) => inSwitch(uuid, "acls", `network/${uuid}`)),
});

test("a row may be referred to from several rows: each reference comes and goes by itself, and the row with the last one", async () => {
  await using under = await emptied();
  const networks = new Map<Unit, readonly DesiredRow[]>([
    [`network/${one}`, [logicalSwitch(one)]],
    [`network/${other}`, [logicalSwitch(other)]],
  ]);
  const apply = async (...rows: readonly DesiredRow[]) => {
    const units = new Map([...networks, [`endpoint/${acl}`, rows] as const]);
    await under.apply(units);
    assert.equal(await under.apply(units), 0, "nothing is left to do");
    const row = (await under.content()).get(acl) as { readonly referrers: readonly string[] } | undefined;
    return row?.referrers.map((referrer) => referrer.split(" ")[1]).sort();
  };
  assert.deepEqual(await apply(aclIn(one, other)), [one, other].sort());
  assert.deepEqual(await apply(aclIn(other)), [other]);
  assert.deepEqual(await apply(aclIn(other, one)), [one, other].sort());
  // Whatever refers to it, and is made anew by its own unit, does so again.
  await under.write([op.delete("Logical_Switch", byUuid(one))]);
  await under.apply(new Map([...networks].slice(0, 1)));
  assert.deepEqual(await apply(aclIn(one, other)), [one, other].sort());
  await under.write([op.delete("Logical_Switch", byUuid(one))]);
  assert.deepEqual(await apply(aclIn(one, other)), [one, other].sort());
  assert.equal(await apply(), undefined);
});

test("a row that goes over to another unit of the same transaction stays where it is", async () => {
  await using under = await emptied();
  const network = [`network/${one}`, [logicalSwitch(one)]] as const;
  await under.apply(new Map<Unit, readonly DesiredRow[]>([network, [`endpoint/${one}`, [aclIn(one)]]]));
  const gone: string[] = [];
  under.whole.on("change", (changes) =>
    gone.push(...changes.flatMap(({ uuid, new: now }) => (now === undefined ? uuid : []))),
  );
  for (const order of [
    [`endpoint/${one}`, `endpoint/${other}`],
    [`endpoint/${other}`, `endpoint/${one}`],
  ] as const)
    await under.apply(
      new Map<Unit, readonly DesiredRow[]>(
        order.map((unit) => [unit, unit === order[1] ? [aclIn(one)] : []] as const),
      ),
    );
  const row = (await under.content()).get(acl) as { readonly external_ids: Record<string, string> };
  assert.deepEqual([row.external_ids["fairway"], gone], [`endpoint/${one}`, []]);
});

test("rows that earlier versions marked as a network's `reach` are taken over where they are", async () => {
  await using under = await emptied();
  const port = derive("reach", one, other);
  await under.write([
    op.insert(
      "Logical_Switch_Port",
      { name: port, external_ids: { fairway: `reach/${one}`, "fairway-parent": one } },
      port,
    ),
    op.insert(
      "Logical_Switch",
      { name: one, ports: [port], external_ids: { fairway: `network/${one}` } },
      one,
    ),
  ]);
  const gone: string[] = [];
  under.whole.on("change", (changes) =>
    gone.push(...changes.flatMap(({ uuid, new: now }) => (now === undefined ? uuid : []))),
  );
  assert.deepEqual([...new Set(under.northbound.units())].sort(), [`host-access/${one}`, `network/${one}`]);
  const desired: DesiredRow = {
    table: "Logical_Switch_Port",
    uuid: port,
    columns: { name: port },
    references: [inSwitch(one, "ports", `network/${one}`)],
  };
  await under.apply(new Map<Unit, readonly DesiredRow[]>([[`host-access/${one}`, [desired]]]));
  const row = (await under.content()).get(port) as { readonly external_ids: Record<string, string> };
  assert.deepEqual([row.external_ids["fairway"], gone], [`host-access/${one}`, []]);
  await under.apply(new Map<Unit, readonly DesiredRow[]>([[`host-access/${one}`, []]]));
  assert.equal((await under.content()).has(port), false);
});
