import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import { vxlanBridgeItems } from "../../../src/compile/host/vxlan-bridge.ts";
import { endpointUnits } from "../../../src/compile/northbound/endpoint.ts";
import { networkUnits } from "../../../src/compile/northbound/network.ts";
import { trunkOf } from "../../../src/intent/trunk.ts";
import { anyIntent } from "../any-intent.ts";
import { IntentInMemory } from "../intent-in-memory.ts";

test("P10 each VLAN of a trunk has a switch, a way to the wire and a port below the endpoint's; only on a wire of VLANs", () => {
  let compiled = 0;
  fc.assert(
    fc.property(anyIntent, (writes) => {
      const intent = new IntentInMemory();
      intent.write(writes);
      for (const endpoint of intent.rows("Endpoint")) {
        const rows = endpointUnits.compile(intent, endpoint._uuid);
        const network = intent.get("Network", endpoint.network);
        const carrier = intent.get("Physical_Network", network?.physical_network ?? "");
        const isTrunk = rows.length > 0 && carrier?.type === "vlan";
        const vlans = isTrunk ? trunkOf(endpoint) : [];
        const ports = rows.flatMap((row) => (row.table === "Logical_Switch_Port" ? row.columns : []));
        const below = ports.filter(({ parent_name }) => parent_name === endpoint._uuid);
        const wires = ports.filter(({ type }) => type === "localnet");
        assert.deepEqual(
          below.map(({ tag }) => tag),
          vlans,
        );
        assert.deepEqual(
          wires.map(({ tag }) => tag),
          vlans,
        );
        for (const { options } of wires)
          assert.deepEqual(options, { network_name: `fairway-${carrier?._uuid}` });
        assert.equal(rows.filter(({ table }) => table === "Logical_Switch").length, vlans.length);
        compiled += vlans.length;
      }
    }),
  );
  assert.ok(compiled > 0);
});

test("P10 the VLANs of a trunk are read once each, lowest first; what is none is left out", () => {
  const read = (text: string) => trunkOf({ options: { "fairway.trunk": text } });
  assert.deepEqual(trunkOf({ options: {} }), []);
  assert.deepEqual(read("20,10,20"), [10, 20]);
  assert.deepEqual(read("`10, 4094`"), [10, 4_094]);
  assert.deepEqual(read("0,4095,ten,,7"), [7]);
});

test("P09 a host has a bridge of VXLAN for each network on foreign ends that it has containers on, with an end for each other host that has", () => {
  let compiled = 0;
  fc.assert(
    fc.property(anyIntent, (writes) => {
      const intent = new IntentInMemory();
      intent.write(writes);
      for (const network of intent.rows("Network")) {
        const carrier = intent.get("Physical_Network", network.physical_network ?? "");
        const isTunnelled = carrier?.type === "vtep" && network.segment !== null;
        const on = new Set(
          Array.from(intent.rows("Endpoint")).flatMap((each) =>
            each.network === network._uuid ? (each.host ?? []) : [],
          ),
        );
        for (const host of intent.rows("Host")) {
          const item = vxlanBridgeItems.compile(intent, host._uuid, network._uuid);
          assert.equal(item !== undefined, isTunnelled && on.has(host._uuid));
          if (item === undefined) continue;
          const others = Array.from(intent.rows("Host")).filter(
            ({ _uuid }) => _uuid !== host._uuid && on.has(_uuid),
          );
          const ends = others.flatMap(({ tunnel_address }) => tunnel_address ?? []);
          assert.deepEqual(item.peers, [...new Set([...(carrier?.peers ?? []), ...ends])].sort());
          assert.deepEqual([item.vni, item.port], [network.segment, 4_789]);
          compiled++;
        }
        if (!isTunnelled || network.mode !== "flat") continue;
        const ports = networkUnits
          .compile(intent, network._uuid)
          .flatMap((row) => (row.table === "Logical_Switch_Port" ? row.columns : []));
        const [wire] = ports.filter(({ type }) => type === "localnet");
        assert.deepEqual([wire?.tag, wire?.options], [null, { network_name: `fairway-${network._uuid}` }]);
      }
    }),
  );
  assert.ok(compiled > 0);
});
