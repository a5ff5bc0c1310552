import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import { compileUnit } from "../../../src/compile/northbound/units.ts";
import { compileZonePolicy } from "../../../src/compile/northbound/zone-policy.ts";
import type { IntentRow } from "../../../src/intent/view.ts";
import { zoneDecisions } from "../../../src/intent/zone-policy.ts";
import { formatCidr, parseCidr } from "../../../src/ip.ts";
import { anyIntent } from "../any-intent.ts";
import { uuidOf } from "../any-value.ts";
import { IntentInMemory } from "../intent-in-memory.ts";

const zones = ["a", "b", "c"];
const zoneUuids = new Map(
  zones.map((name) => [name, `00000000-0000-4000-8000-00000000000${zones.indexOf(name)}`]),
);

/** A domain with three zones. */
function domainWith(
  zone_policy: IntentRow<"Router">["zone_policy"],
  zone_rules: Readonly<Record<string, string>>,
): IntentInMemory {
  const intent = new IntentInMemory();
  const plain = { labels: {}, options: {} };
  const router = uuidOf("Router", 0);
  const row = { name: "o/d", organization: null, routes: {}, zone_policy, zone_rules, ...plain, status: {} };
  intent.write([
    { table: "Router", uuid: router, row },
    ...[...zoneUuids].map(([name, uuid]) => ({
      table: "Zone" as const,
      uuid,
      row: { name: `o/d/${name}`, router, ...plain },
    })),
  ]);
  return intent;
}

/** What is done with what one zone sends to another. */
function doneWith(intent: IntentInMemory, from: string, to: string, protocol: string, port: number): string {
  const fitting = zoneDecisions(intent, zoneUuids.get(from) ?? "")
    .filter((each) => each.to.includes(zoneUuids.get(to) ?? ""))
    .filter((each) => each.protocol === undefined || each.protocol === protocol)
    .filter(
      ({ ports }) => ports.length === 0 || ports.some(({ first, last }) => first <= port && port <= last),
    );
  const [first, second] = fitting.toSorted((one, other) => other.rank - one.rank);
  assert.ok(first?.rank !== second?.rank || first?.action === second?.action, "one decides");
  return first?.action ?? "nothing";
}

describe("what is decided between zones", () => {
  test("S02 a domain without policy and rules has no rows of them, and is not tracked", () => {
    const intent = domainWith("allow", {});
    assert.deepEqual(zoneDecisions(intent, zoneUuids.get("a") ?? ""), []);
    assert.equal(compileUnit(intent, `router/${uuidOf("Router", 0)}`).length, 1);
  });

  test("S02 whoever says more decides: whom it names, to whom before from whom, ports, protocol; then who denies", () => {
    const cases: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
      [{}, "reject"],
      [{ "* > *": "allow" }, "allow"],
      [{ "* > */tcp": "drop", "* > *": "allow" }, "drop"],
      [{ "* > */tcp": "drop", "* > */tcp/80": "allow" }, "allow"],
      [{ "a > *": "allow", "* > */tcp/80": "drop" }, "allow"],
      [{ "a > */tcp/80": "drop", "* > b": "allow" }, "allow"],
      [{ "* > b/tcp/80": "drop", "a > b": "allow" }, "allow"],
      [{ "a > b/tcp/80": "allow", "a > b/tcp/1-100": "drop" }, "drop"],
      [{ "a > b/tcp/81": "allow", "a > b/udp/80": "allow", "b > a": "allow" }, "reject"],
      [{ "c > b": "allow", "b > a": "allow" }, "reject"],
      [{ "a > b/icmp": "allow", "a > c": "allow" }, "reject"],
    ];
    for (const [rules, action] of cases)
      assert.equal(doneWith(domainWith("deny", rules), "a", "b", "tcp", 80), action, JSON.stringify(rules));
    assert.equal(doneWith(domainWith("allow", { "b > a": "drop" }), "a", "b", "tcp", 80), "allow");
    assert.equal(doneWith(domainWith("deny", {}), "a", "a", "tcp", 80), "allow", "inside a zone");
  });

  test("S02 every rule names addresses that the domain's unit has, and only such as a zone's networks have", () => {
    let named = 0;
    fc.assert(
      fc.property(anyIntent, (writes) => {
        const intent = new IntentInMemory();
        intent.write(writes);
        const rows = Array.from(intent.rows("Router")).flatMap(({ _uuid }) =>
          compileUnit(intent, `router/${_uuid}`),
        );
        const sets = new Map(
          rows.flatMap((row) => (row.table === "Address_Set" ? [[row.columns.name, row] as const] : [])),
        );
        for (const { columns } of sets.values())
          for (const cidr of columns.addresses ?? [])
            assert.equal(typeof cidr === "string" && formatCidr(parseCidr(cidr)), cidr);
        for (const network of intent.rows("Network")) {
          const matches = matchesOf(intent, network);
          const decisions = network.zone === null ? [] : zoneDecisions(intent, network.zone);
          assert.equal(matches.length, decisions.length);
          for (const match of matches) {
            assert.doesNotMatch(match, /!/, "OVN multiplies out what is excluded");
            for (const [, set = ""] of match.matchAll(/\$(\w+)/g)) {
              assert.ok(sets.has(set), match);
              named++;
            }
          }
        }
      }),
    );
    assert.ok(named > 0);
  });
});

/** The matches of a network's rules between zones. */
function matchesOf(intent: IntentInMemory, network: IntentRow<"Network">): readonly string[] {
  return compileZonePolicy(intent, network).flatMap((row) =>
    row.table === "ACL" ? [textOf(row.columns.match)] : [],
  );
}

function textOf(match: unknown): string {
  assert.ok(typeof match === "string");
  return match;
}
