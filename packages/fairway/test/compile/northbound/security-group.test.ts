import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import type { DesiredRow, Unit } from "../../../src/compile/northbound/desired.ts";
import { allUnits, compileUnit } from "../../../src/compile/northbound/units.ts";
import { hasMembers, membershipOf } from "../../../src/intent/security-groups.ts";
import type { IntentRow } from "../../../src/intent/view.ts";
import { anyIntent } from "../any-intent.ts";
import { uuidOf } from "../any-value.ts";
import { IntentInMemory } from "../intent-in-memory.ts";

type Group = IntentRow<"Security_Group">;

const web = "11111111-1111-4111-8111-111111111111";
const unit: Unit = `security-group/${web}`;

type Said = Partial<Group> & { readonly name: string };

function intentWith(...groups: readonly Said[]): IntentInMemory {
  const intent = new IntentInMemory();
  const kept = { labels: {}, options: {}, resolved: {}, expired: {}, status: {} };
  const plain = { organization: null, joinable_by_label: false, ...kept };
  intent.write(
    groups.map((group, at) => ({
      table: "Security_Group",
      uuid: web.replace(/.$/, String(at + 1)),
      row: { ...plain, rules: {}, ...group },
    })),
  );
  return intent;
}

function textOf(match: unknown): string {
  assert.ok(typeof match === "string");
  return match;
}

/** A group's rules as `PRIORITY DIRECTION MATCH ACTION`, without what all have. */
function rulesIn(rows: readonly DesiredRow[]): readonly string[] {
  return rows.flatMap((row) =>
    row.table === "ACL"
      ? `${String(row.columns.priority)} ${textOf(row.columns.match).replaceAll(/group_\w{36}/g, "G")} ${String(row.columns.action)}`
      : [],
  );
}

describe("a security group in Northbound", () => {
  test("S01 a group without rules lets nothing in but DHCP's answers, and tracks; it says nothing of what is sent", () => {
    const rows = compileUnit(intentWith({ name: "web" }), unit);
    assert.deepEqual(
      rows.map(({ table }) => table),
      ["Port_Group", "ACL", "ACL"],
    );
    assert.deepEqual(rulesIn(rows), [
      "31000 (outport == @G && udp && udp.dst == {68, 546}) allow-related",
      "1000 (outport == @G && ip) drop",
    ]);
  });

  test("S01 what denies counts more than what allows; what is sent is limited from the first rule on that allows some of it", () => {
    const rules = {
      "ingress tcp 80,8000-8100 from any": "allow",
      "ingress any from 10.1.0.0/24": "reject",
      "ingress 89 from fd00:1::/64": "drop",
      "egress icmp to 10.9.0.0/16": "reject",
    };
    const lines = rulesIn(compileUnit(intentWith({ name: "web", rules }), unit));
    assert.deepEqual(lines.slice(2), [
      "1100 (outport == @G && ip && tcp && (tcp.dst == 80 || 8000 <= tcp.dst <= 8100)) allow-related",
      "1200 (outport == @G && ip && (ip4.src == {10.1.0.0/24})) reject",
      "1200 (outport == @G && ip && (ip6.src == {fd00:1::/64}) && ip.proto == 89) drop",
      "1200 (inport == @G && ip && (ip4.dst == {10.9.0.0/16}) && icmp) reject",
    ]);
    const limited = intentWith({ name: "web", rules: { ...rules, "egress udp 53 to 10.0.0.7/32": "allow" } });
    const sent = rulesIn(compileUnit(limited, unit)).filter((line) => line.includes("inport"));
    assert.deepEqual(sent, [
      "31000 (inport == @G && ((udp && udp.dst == {67, 547}) || (ip4.dst == 169.254.53.53 && (udp.dst == 53 || tcp.dst == 53)))) allow-related",
      "1000 (inport == @G && ip) reject",
      "1200 (inport == @G && ip && (ip4.dst == {10.9.0.0/16}) && icmp) reject",
      "1100 (inport == @G && ip && (ip4.dst == {10.0.0.7/32}) && udp && (udp.dst == 53)) allow-related",
    ]);
  });

  test("S07 a name's rule is of sets of addresses, and DNS elsewhere is refused; an address more changes no rule", () => {
    const rules = { "egress tcp 443 to *.debian.org": "allow", "egress any to deb.example.com": "drop" };
    const resolved = {
      "*.debian.org 203.0.113.10": 1,
      "*.debian.org 2001:db8::10": 2,
      "deb.example.com 203.0.113.9": 1,
    };
    const expired = { "*.debian.org 203.0.113.11": 1 };
    const rowsOf = (said: Omit<Said, "name">) =>
      compileUnit(intentWith({ name: "web", rules, ...said }), unit);
    const setsOf = (rows: readonly DesiredRow[]) =>
      rows.flatMap(({ table, columns }) => (table === "Address_Set" ? [columns] : []));
    const rows = rowsOf({ resolved, expired });
    const sets = setsOf(rows);
    assert.deepEqual(
      sets.map(({ addresses }) => addresses),
      [["203.0.113.10"], ["2001:db8::10"], ["203.0.113.11"], []],
    );
    const [now4, now6, then4, then6] = sets.map(({ name }) => `$${textOf(name)}`);
    assert.deepEqual(rulesIn(rows).slice(2), [
      "31000 (inport == @G && ((udp && udp.dst == {67, 547}) || (ip4.dst == 169.254.53.53 && (udp.dst == 53 || tcp.dst == 53)))) allow-related",
      "1000 (inport == @G && ip) reject",
      "1200 (inport == @G && (udp.dst == {53, 853} || tcp.dst == {53, 853})) reject",
      `1100 (inport == @G && ip && (ip4.dst == ${now4} || ip6.dst == ${now6} || (ct.est && !ct.new && (ip4.dst == ${then4} || ip6.dst == ${then6}))) && tcp && (tcp.dst == 443)) allow-related`,
    ]);
    const withoutSets = (all: readonly DesiredRow[]) => all.filter(({ table }) => table !== "Address_Set");
    assert.deepEqual(withoutSets(rowsOf({})), withoutSets(rows));
    const unnamed = compileUnit(intentWith({ name: "web", rules: {}, resolved }), unit);
    assert.deepEqual(setsOf(unnamed), [], "no rule names them any more");
  });

  test("S01 a peer that is a group is the set that OVN keeps of its members; one that is not there matches nobody", () => {
    const from = (peer: string, ...more: readonly Said[]) =>
      rulesIn(
        compileUnit(
          intentWith({ name: "web", rules: { [`ingress any from ${peer}`]: "allow" } }, ...more),
          unit,
        ),
      ).slice(2);
    assert.deepEqual(from("group db"), []);
    assert.deepEqual(from("group db", { name: "db" }), [
      "1100 (outport == @G && ip && (ip4.src == {$G_ip4} || ip6.src == {$G_ip6})) allow-related",
    ]);
    assert.match(from("hosts").join(), /169\.254\.77\.2, 169\.254\.80\.0\/20.*fdfa::2, fdfa::1:0\/116/);
    const ofRed = { name: "red/web", rules: { "ingress any from group blue/db": "allow" } };
    assert.equal(rulesIn(compileUnit(intentWith(ofRed, { name: "blue/db" }), unit)).length, 2, "another's");
    assert.equal(
      rulesIn(compileUnit(intentWith({ ...ofRed, name: "web" }, { name: "blue/db" }), unit)).length,
      3,
    );
  });

  test("S01 a member's port is in the groups that its endpoint is in, kept to its own addresses; one in a group that is not there has none", () => {
    const seen = { members: 0, closed: 0 };
    fc.assert(
      fc.property(anyIntent, (writes) => {
        const intent = new IntentInMemory();
        intent.write(writes);
        for (const endpoint of intent.rows("Endpoint")) {
          const rows = compileUnit(intent, `endpoint/${endpoint._uuid}`);
          const port = rows.find(({ uuid }) => uuid === endpoint._uuid);
          const { groups, missing } = membershipOf(intent, endpoint);
          if (missing.length > 0) {
            seen.closed++;
            assert.deepEqual(rows, []);
          } else if (port !== undefined) {
            if (groups.length > 0) seen.members++;
            const named = port.references.filter(({ unit }) => unit?.startsWith("security-group/") === true);
            assert.deepEqual(
              named.map(({ uuid }) => uuid),
              groups,
            );
            const sources = port.table === "Logical_Switch_Port" ? port.columns.port_security : undefined;
            if (groups.length > 0)
              assert.ok(
                Array.isArray(sources) && sources.length === 1 && !/0\.0\.0\.0\/0/.test(String(sources)),
              );
          }
        }
      }),
    );
    assert.ok(seen.members > 0 && seen.closed > 0, JSON.stringify(seen));
  });

  test("S01 where nobody is in a group nothing names one, and nothing tracks", () => {
    fc.assert(
      fc.property(anyIntent, (writes) => {
        const intent = new IntentInMemory();
        intent.write(writes);
        const tracking = new Set(
          Array.from(intent.rows("Network")).flatMap(({ _uuid }) => (hasMembers(intent, _uuid) ? _uuid : [])),
        );
        for (const each of allUnits(intent)) {
          const uuid = each.slice(each.indexOf("/") + 1);
          if (!each.startsWith("gateway-host/") || tracking.has(uuid)) continue;
          const zoned = intent.get("Network", uuid)?.zone !== null;
          for (const row of compileUnit(intent, each))
            if (row.table === "ACL" && !zoned)
              assert.match(textOf(row.columns.match), /\.dst == \{|\.src == \{/);
        }
      }),
    );
    const intent = intentWith({ name: "web" });
    assert.equal(hasMembers(intent, uuidOf("Network", 0)), false);
  });
});
