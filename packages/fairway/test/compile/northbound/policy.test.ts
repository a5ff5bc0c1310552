import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import type { DesiredRow } from "../../../src/compile/northbound/desired.ts";
import { allUnits, compileUnit } from "../../../src/compile/northbound/units.ts";
import { policiesOn } from "../../../src/intent/policies.ts";
import { anyIntent } from "../any-intent.ts";
import { IntentInMemory } from "../intent-in-memory.ts";

const uuid = "11111111-1111-4111-8111-111111111111";

function compiled(name: string, rules: Record<string, string>): readonly DesiredRow[] {
  const intent = new IntentInMemory();
  const row = { name, organization: null, rules, labels: {}, options: {}, status: {} };
  intent.write([{ table: "Policy", uuid, row }]);
  return compileUnit(intent, `policy/${uuid}`);
}

/** Rules as `PRIORITY MATCH ACTION`. */
function linesOf(rows: readonly DesiredRow[]): readonly string[] {
  return rows.flatMap(({ table, columns }) => {
    const { priority, match, action, options } = columns as Record<string, unknown>;
    const line = `${String(priority)} ${String(match).replaceAll(/policy_\w{36}/g, "P")} ${String(action)}`;
    return table === "ACL" ? [`${line}${options === undefined ? "" : ` ${JSON.stringify(options)}`}`] : [];
  });
}

describe("a policy in Northbound", () => {
  test("S10 a policy without rules is nothing", () => {
    assert.deepEqual(compiled("baseline", {}), []);
  });

  test("S10 a tier is above the next one, in each what denies is above what allows, and all are above groups; zones do not stop what is allowed to be sent", () => {
    const rules = {
      "ingress tcp 22 from any": "reject",
      "ingress tcp 22 from 10.9.0.0/16": "drop",
      "egress tcp 80 to any": "allow",
    };
    const needs = [
      "31000 (outport == @P && udp && udp.dst == {68, 546}) allow-related",
      "31000 (inport == @P && ((udp && udp.dst == {67, 547}) || (ip4.dst == 169.254.53.53 && (udp.dst == 53 || tcp.dst == 53)))) allow-related",
    ];
    const sent = "(inport == @P && ip && tcp && (tcp.dst == 80)) allow-related";
    const said = (deny: number, allow: number) => [
      ...needs,
      `${deny} (outport == @P && ip && tcp && (tcp.dst == 22)) reject`,
      `${deny} (outport == @P && ip && (ip4.src == {10.9.0.0/16}) && tcp && (tcp.dst == 22)) drop`,
      `${allow} ${sent}`,
      `4000 ${sent} {"apply-after-lb":"true"}`,
    ];
    assert.deepEqual(linesOf(compiled("baseline", rules)), said(1_600, 1_500));
    assert.deepEqual(linesOf(compiled("Enterprise/baseline", rules)), said(1_400, 1_300));
  });

  test("S10 nothing is said of a direction of which no rule is: there is no rest", () => {
    const lines = linesOf(compiled("baseline", { "ingress icmp from any": "allow" }));
    assert.deepEqual(lines, [
      "31000 (outport == @P && udp && udp.dst == {68, 546}) allow-related",
      "1500 (outport == @P && ip && icmp) allow-related",
    ]);
  });

  test("S10 a port obeys the policies of its network that are compiled, and nothing of one exists where none has rules", () => {
    const seen = { obeying: 0, free: 0, tracked: 0 };
    fc.assert(
      fc.property(anyIntent, (writes) => {
        const intent = new IntentInMemory();
        intent.write(writes);
        for (const endpoint of intent.rows("Endpoint")) {
          const port = compileUnit(intent, `endpoint/${endpoint._uuid}`).find(
            ({ uuid }) => uuid === endpoint._uuid,
          );
          if (port === undefined) continue;
          const named = port.references.flatMap(({ unit, uuid }) =>
            unit?.startsWith("policy/") === true ? [uuid] : [],
          );
          assert.deepEqual(named, policiesOn(intent, endpoint.network));
          seen[named.length > 0 ? "obeying" : "free"]++;
          for (const each of named)
            assert.equal(compileUnit(intent, `policy/${each}`)[0]?.table, "Port_Group");
        }
        for (const { _uuid } of intent.rows("Network")) {
          if (policiesOn(intent, _uuid).length === 0) continue;
          for (const { table, columns } of compileUnit(intent, `gateway-host/${_uuid}`))
            if (table === "ACL") {
              seen.tracked++;
              assert.notEqual(
                (columns as Record<string, unknown>)["priority"],
                0,
                "nothing passes untracked",
              );
            }
        }
        for (const unit of allUnits(intent))
          if (unit.startsWith("policy/") && compileUnit(intent, unit).length > 0)
            assert.notDeepEqual(intent.get("Policy", unit.slice("policy/".length))?.rules, {});
      }),
    );
    assert.ok(seen.obeying > 0 && seen.free > 0 && seen.tracked > 0, JSON.stringify(seen));
  });
});
