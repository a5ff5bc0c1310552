import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import type { DesiredRow } from "../../../src/compile/northbound/desired.ts";
import { networkUnits } from "../../../src/compile/northbound/network.ts";
import { routerUnits } from "../../../src/compile/northbound/router.ts";
import { messageOf } from "../../../src/errors.ts";
import { derive } from "../../../src/identity.ts";
import { hasEgress, isOnWire } from "../../../src/intent/egress.ts";
import { portSecurityOf } from "../../../src/intent/port-security.ts";
import { routerAddresses, routerOf } from "../../../src/intent/routers.ts";
import { anyIntent } from "../any-intent.ts";
import { IntentInMemory } from "../intent-in-memory.ts";

type Router = Extract<DesiredRow, { readonly table: "Logical_Router_Port" }>;
type Rule = Extract<DesiredRow, { readonly table: "ACL" }>;
type Route = Extract<DesiredRow, { readonly table: "Logical_Router_Static_Route" }>;

const portsIn = (rows: readonly DesiredRow[]) =>
  rows.filter((row): row is Router => row.table === "Logical_Router_Port");
const routesIn = (rows: readonly DesiredRow[]) =>
  rows.filter((row): row is Route => row.table === "Logical_Router_Static_Route");

/** What a network is made of; undefined where its rows are damaged. */
function compiled(intent: IntentInMemory, network: string): readonly DesiredRow[] | undefined {
  try {
    return networkUnits.compile(intent, network);
  } catch (error) {
    assert.match(messageOf(error), /10\.1\.0\.0\/x|nonsense/);
    return undefined;
  }
}

test("R01 all that an attached network has of a router is on the one that it shares, and none of its own is left", () => {
  let attached = 0;
  fc.assert(
    fc.property(anyIntent, (writes) => {
      const intent = new IntentInMemory();
      intent.write(writes);
      for (const network of intent.rows("Network")) {
        const rows = compiled(intent, network._uuid) ?? [];
        const shared = routerOf(intent, network);
        const own = rows.filter(({ table }) => table === "Logical_Router");
        const ports = portsIn(rows);
        assert.equal(own.length, shared === undefined && ports.length > 0 ? 1 : 0);
        for (const row of [...ports, ...routesIn(rows)])
          assert.deepEqual(
            row.references.map(({ uuid, unit }) => [uuid, unit]),
            [
              shared === undefined
                ? [derive("router", network._uuid), `network/${network._uuid}`]
                : [shared._uuid, `router/${shared._uuid}`],
            ],
          );
        const table = shared === undefined ? "" : network._uuid;
        for (const { columns } of routesIn(rows)) assert.equal(columns.route_table, table);
        for (const { columns } of ports)
          assert.equal((columns.options as Record<string, string>)["route_table"] ?? "", table);
        if (shared !== undefined) attached += ports.length;
      }
    }),
  );
  assert.ok(attached > 0);
});

test("R01 no two routers' ports are one row, and every way out of a shared router is told by its network's table", () => {
  let ways = 0;
  fc.assert(
    fc.property(anyIntent, (writes) => {
      const intent = new IntentInMemory();
      intent.write(writes);
      for (const router of intent.rows("Router")) {
        const own = routerUnits.compile(intent, router._uuid);
        assert.equal(own.filter(({ table }) => table === "Logical_Router").length, 1);
        const attached = Array.from(intent.rows("Network")).filter(
          (network) => routerOf(intent, network)?._uuid === router._uuid,
        );
        const rows = attached.map(({ _uuid }) => compiled(intent, _uuid) ?? []);
        const uuids = rows.flat().map(({ uuid }) => uuid);
        assert.equal(new Set(uuids).size, uuids.length);
        const keys = routesIn(rows.flat()).map(({ columns }) =>
          JSON.stringify([columns.route_table, columns.ip_prefix]),
        );
        assert.equal(new Set(keys).size, keys.length, "a table says one thing of a destination");
        ways += keys.length;
      }
    }),
  );
  assert.ok(ways > 0);
});

test("R01 nobody speaks in the name of an address by which the router answers, be it a gateway's or not", () => {
  let others = 0;
  fc.assert(
    fc.property(anyIntent, (writes) => {
      const intent = new IntentInMemory();
      intent.write(writes);
      for (const network of intent.rows("Network")) {
        const rows = compiled(intent, network._uuid);
        if (rows === undefined || portSecurityOf(network) === "off" || portsIn(rows).length === 0) continue;
        const guards = rows
          .filter((row): row is Rule => row.table === "ACL")
          .map(({ columns }) => columns.match as string);
        for (const { subnet, ip } of routerAddresses(intent, network)) {
          const said = new RegExp(`(arp\\.spa|ip6\\.src) == \\{([^}]*, )?${ip.replaceAll(".", "\\.")}[,}]`);
          assert.ok(
            guards.some((match) => said.test(match)),
            `${ip}: ${guards.join("\n")}`,
          );
          if (subnet.gateway !== ip) others++;
        }
      }
    }),
  );
  assert.ok(others > 0);
});

test("R02 R03 an attached network without a way out has the router's routes alone; on a wire some hosts stand in for each other", () => {
  let wires = 0;
  fc.assert(
    fc.property(anyIntent, (writes) => {
      const intent = new IntentInMemory();
      intent.write(writes);
      for (const network of intent.rows("Network")) {
        const rows = compiled(intent, network._uuid);
        if (rows === undefined || routerOf(intent, network) === undefined) continue;
        const hops = new Set(routesIn(rows).map(({ columns }) => columns.nexthop));
        if (!hasEgress(intent, network))
          for (const hop of ["169.254.77.2", "fdfa::2", ""])
            assert.ok(!hops.has(hop), `${hop}: what is on the others' links is discarded`);
        const gateways = rows.flatMap((row) => (row.table === "Gateway_Chassis" ? row.columns : []));
        if (!isOnWire(network)) assert.deepEqual(gateways, []);
        const priorities = gateways.map(({ priority }) => priority);
        assert.equal(new Set(priorities).size, priorities.length, "one host at a time");
        wires += gateways.length;
      }
    }),
  );
  assert.ok(wires > 0);
});
