import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import { uplinkItems } from "../../../src/compile/host/uplink.ts";
import { networkUnits } from "../../../src/compile/northbound/network.ts";
import { hasWireUplink } from "../../../src/intent/egress.ts";
import { isLogicalPort } from "../../../src/intent/logical-port.ts";
import { anyIntent } from "../any-intent.ts";
import { IntentInMemory } from "../intent-in-memory.ts";

test("P01 N09 a network on a wire has one localport for its hosts' uplinks, shut against the wire; without a wire there is none", () => {
  let compiled = 0;
  fc.assert(
    fc.property(anyIntent, (writes) => {
      const intent = new IntentInMemory();
      intent.write(writes);
      for (const network of intent.rows("Network")) {
        if (network.mode !== "flat") continue;
        const rows = networkUnits.compile(intent, network._uuid);
        const carrier = intent.get("Physical_Network", network.physical_network ?? "");
        const isWire = hasWireUplink(network) && carrier !== undefined;
        const ports = rows.flatMap((row) => (row.table === "Logical_Switch_Port" ? row.columns : []));
        const names = ports.flatMap(({ type, name }) =>
          type === "localnet" && typeof name === "string" ? name : [],
        );
        assert.equal(ports.filter(({ type }) => type === "localport").length, isWire ? 1 : 0);
        const matches = rows.flatMap((row) =>
          row.table === "ACL" && typeof row.columns.match === "string" ? row.columns.match : [],
        );
        const shut = matches.filter((match) => /^inport == "[^"]+" && eth\.dst == /.test(match));
        assert.equal(shut.length, isWire ? 1 : 0);
        if (isWire) assert.ok(shut[0]?.startsWith(`inport == "${names[0]}"`));
        compiled += shut.length;
      }
    }),
  );
  assert.ok(compiled > 0);
});

test("P01 N09 by its uplink to a wire a host reaches its own containers alone, each under its own MAC address", () => {
  let led = 0;
  fc.assert(
    fc.property(anyIntent, (writes) => {
      const intent = new IntentInMemory();
      intent.write(writes);
      for (const network of intent.rows("Network"))
        for (const host of intent.rows("Host")) {
          const item = uplinkItems.compile(intent, host._uuid, network._uuid);
          assert.equal(item?.mode === "wire", item !== undefined && hasWireUplink(network));
          if (item?.mode !== "wire") continue;
          assert.equal(item.router, undefined);
          const here = Array.from(intent.rows("Endpoint")).filter(
            (each) => each.network === network._uuid && each.host === host._uuid && !isLogicalPort(each),
          );
          const macs = new Set(here.map(({ mac }) => mac));
          for (const { mac } of item.containers ?? []) assert.ok(macs.has(mac));
          for (const cidr of item.cidrs) assert.match(cidr, /^(?:10\.\S+\/32|fd00\S+\/128)$/);
          led += item.cidrs.length;
        }
    }),
  );
  assert.ok(led > 0);
});
