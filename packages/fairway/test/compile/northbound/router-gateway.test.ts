import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import type { DesiredRow } from "../../../src/compile/northbound/desired.ts";
import { networkUnits } from "../../../src/compile/northbound/network.ts";
import { externalPort, routerGatewayUnits } from "../../../src/compile/northbound/router-gateway.ts";
import { messageOf } from "../../../src/errors.ts";
import { gatewayOf, legsOf, orderOfHosts } from "../../../src/intent/router-gateways.ts";
import { attachedNetworks } from "../../../src/intent/routers.ts";
import { anyIntent } from "../any-intent.ts";
import { IntentInMemory } from "../intent-in-memory.ts";

function rowsOf<T extends DesiredRow["table"]>(rows: readonly DesiredRow[], table: T) {
  return rows.filter((row): row is Extract<DesiredRow, { readonly table: T }> => row.table === table);
}

test("R04 a router with a gateway has one way out in a family, by hosts in an order, and under its address alone", () => {
  let gateways = 0;
  fc.assert(
    fc.property(anyIntent, (writes) => {
      const intent = new IntentInMemory();
      intent.write(writes);
      for (const { _uuid: uuid } of intent.rows("Router")) {
        const gateway = gatewayOf(intent, uuid);
        const rows = routerGatewayUnits.compile(intent, uuid);
        assert.equal(new Set(rows.map((row) => row.uuid)).size, rows.length);
        const hosts = rowsOf(rows, "Gateway_Chassis");
        const ports = rowsOf(rows, "Logical_Router_Port");
        const rules = rowsOf(rows, "NAT");
        assert.equal(ports.length, rows.length > 0 ? 1 : 0);
        if (gateway === undefined || rows.length === 0) {
          assert.equal(rows.length, 0);
          continue;
        }
        gateways++;
        assert.ok(hosts.length > 0, "a port without a host would be on each of them");
        const priorities = hosts.map(({ columns }) => columns.priority);
        assert.equal(new Set(priorities).size, hosts.length, "none is as good as another");
        const legs = legsOf(intent, uuid);
        assert.deepEqual(
          rules.map(({ columns }) => [columns.external_ip, columns.gateway_port]),
          gateway.snat ? legs.map(({ ip }) => [ip, externalPort(uuid)]) : [],
        );
        const ways = rowsOf(rows, "Logical_Router_Static_Route").filter(
          ({ columns }) => columns.output_port === externalPort(uuid),
        );
        const attached = attachedNetworks(intent, uuid);
        for (const { columns } of ways) {
          const network = attached.find(({ _uuid }) => _uuid === columns.route_table);
          assert.ok(network !== undefined && network.mode !== "isolated", "it is of a network that leaves");
          assert.ok(legs.some(({ nextHop }) => nextHop === columns.nexthop));
        }
      }
    }),
  );
  assert.ok(gateways > 0);
});

test("R04 in a family in which a router has a gateway no attached network leaves by its hosts", () => {
  let led = 0;
  fc.assert(
    fc.property(anyIntent, (writes) => {
      const intent = new IntentInMemory();
      intent.write(writes);
      for (const router of intent.rows("Router")) {
        const families = legsOf(intent, router._uuid).map(({ family }) => family);
        const defaults = families.map((family) => (family === 4 ? "0.0.0.0/0" : "::/0"));
        for (const network of attachedNetworks(intent, router._uuid)) {
          const rows = compiled(intent, network._uuid);
          const toUplinks = rowsOf(rows, "Logical_Router_Static_Route").filter(
            ({ columns: { ip_prefix, nexthop } }) =>
              defaults.some((each) => each === ip_prefix) &&
              ["169.254.77.2", "fdfa::2"].some((each) => each === nexthop),
          );
          assert.deepEqual(toUplinks, []);
          led += rows.length > 0 ? defaults.length : 0;
        }
      }
    }),
  );
  assert.ok(led > 0);
});

test("S03 R04 no rule of a switch excludes a set: OVN makes as many flows of that as its elements have bits, multiplied", () => {
  let guards = 0;
  fc.assert(
    fc.property(anyIntent, (writes) => {
      const intent = new IntentInMemory();
      intent.write(writes);
      for (const { _uuid } of intent.rows("Network"))
        for (const { columns } of rowsOf(compiled(intent, _uuid), "ACL")) {
          const { "fairway-guard": guard } = columns.external_ids ?? {};
          assert.ok(typeof columns.match === "string");
          assert.doesNotMatch(columns.match, /!= ?\{/);
          guards += typeof guard === "string" && guard.startsWith("router") ? 1 : 0;
        }
    }),
  );
  assert.ok(guards > 0);
});

function compiled(intent: IntentInMemory, network: string): readonly DesiredRow[] {
  try {
    return networkUnits.compile(intent, network);
  } catch (error) {
    assert.match(messageOf(error), /10\.1\.0\.0\/x|nonsense/);
    return [];
  }
}

test("R10 who is ready comes in the user's order, behind who has the gateway and can keep it; where none is ready all stay", () => {
  const ready = (host: string) => ({ host, trouble: undefined });
  const ill = (host: string) => ({ host, trouble: "its next hop 10.50.0.1 does not answer" });
  for (const [hosts, holder, order] of [
    [[ready("a"), ready("b"), ready("c")], null, "abc"],
    [[ready("a"), ready("b"), ready("c")], "b", "bac"],
    [[ill("a"), ready("b"), ready("c")], "a", "bca"],
    [[ill("a"), ready("b"), ready("c")], "c", "cba"],
    [[ready("a"), ill("b")], "b", "ab"],
    [[ready("a"), ready("b")], "gone", "ab"],
    [[ill("a"), ill("b"), ill("c")], "b", "bac"],
    [[ill("a"), ill("b")], null, "ab"],
    [[], "a", ""],
  ] as const)
    assert.equal(orderOfHosts(hosts, holder).join(""), order);
});
