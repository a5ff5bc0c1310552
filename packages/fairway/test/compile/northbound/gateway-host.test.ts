import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import { gatewayHostUnits } from "../../../src/compile/northbound/gateway-host.ts";
import { gatewaySubnets, hasEgress } from "../../../src/intent/egress.ts";
import { anyIntent } from "../any-intent.ts";
import { IntentInMemory } from "../intent-in-memory.ts";

test("N16 every gateway of a network that leads to hosts is the host, of others none, nor where host access is off", () => {
  let compiled = 0;
  fc.assert(
    fc.property(anyIntent, fc.boolean(), (writes, isOff) => {
      const intent = new IntentInMemory();
      intent.write(writes);
      for (const { _uuid, ...row } of Array.from(intent.rows("Network"))) {
        const options = isOff ? { ...row.options, "host-access": "false" } : row.options;
        intent.write([{ table: "Network", uuid: _uuid, row: { ...row, options } }]);
        const rows = gatewayHostUnits.compile(intent, _uuid);
        const network = intent.get("Network", _uuid);
        const isHost = !isOff && network !== undefined && hasEgress(intent, network);
        const gateways = isHost ? gatewaySubnets(intent, _uuid).map(({ gateway }) => gateway) : [];
        const vips = rows.flatMap((each) => (each.table === "Load_Balancer" ? [each.columns.vips] : []));
        assert.deepEqual(
          vips.flatMap((each) => Object.keys(each ?? {})).sort(),
          [...new Set(gateways)].sort(),
        );
        for (const each of rows) assert.equal(each.references[0]?.uuid, _uuid);
        compiled += rows.length;
      }
    }),
  );
  assert.ok(compiled > 0);
});
