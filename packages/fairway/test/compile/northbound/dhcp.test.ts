import assert from "node:assert/strict";
import { test } from "node:test";
import { compileUnit } from "../../../src/compile/northbound/units.ts";
import { routerMac } from "../../../src/identity.ts";
import type { IntentRow } from "../../../src/intent/view.ts";
import { uuidOf } from "../any-value.ts";
import { IntentInMemory, type Write } from "../intent-in-memory.ts";

const network = uuidOf("Network", 0);

interface Made {
  readonly network?: Partial<IntentRow<"Network">>;
  readonly subnets: readonly Partial<IntentRow<"Subnet">>[];
  readonly isContainer?: true;
}

/** The rows of one table that a unit makes of a network with one port, or one container. */
function rowsOf({ network: more = {}, subnets, isContainer }: Made, unit: "dhcp" | "network", table: string) {
  const intent = new IntentInMemory();
  const writes: readonly Write[] = [
    {
      table: "Network",
      uuid: network,
      row: {
        name: "blue",
        claimed: true,
        attachable: false,
        changed: [],
        mode: "nat",
        internal: false,
        mtu: 1442,
        mtu_asked: null,
        physical_network: null,
        segment: null,
        zone: null,
        shared_with: [],
        options: {},
        labels: {},
        origin: "api",
        origin_host: null,
        scope: "cluster",
        removal: null,
        status: {},
        ...more,
      },
    },
    ...subnets.map(
      (subnet, at): Write => ({
        table: "Subnet",
        uuid: uuidOf("Subnet", at),
        row: {
          network,
          cidr: "10.1.0.0/24",
          gateway: null,
          ranges: [],
          host_routes: [],
          dns: [],
          options: {},
          managed: true,
          ...subnet,
        },
      }),
    ),
    {
      table: "Endpoint",
      uuid: uuidOf("Endpoint", 0),
      row: {
        network,
        organization: null,
        name: isContainer === true ? null : "vm1",
        pinned: false,
        mac: "0a:00:00:00:00:01",
        host: null,
        given: null,
        names: [],
        labels: {},
        options: {},
        published_ports: {},
        groups: [],
        label_groups: [],
        request: "",
        lost: [],
        status: {},
      },
    },
  ];
  intent.write(writes);
  return compileUnit(intent, `${unit}/${network}`).filter((row) => row.table === table);
}

const optionsOf = (made: Made) =>
  rowsOf(made, "dhcp", "DHCP_Options").map(({ columns }) => (columns as { options: unknown }).options);

const mac = routerMac(network);
const common = { server_mac: mac, lease_time: "3600", mtu: "1442" };
const v4 = { cidr: "10.1.0.0/24", gateway: "10.1.0.1" };
const v6 = { cidr: "fd00:1::/64", gateway: "fd00:1::1" };

test("I09 DHCP tells gateway, MTU, name server and routes of a subnet, and of the network's other subnets", () => {
  const asked = { host_routes: ["10.9.0.0/16 10.1.0.9", "10.8.0.0/16"], dns: ["10.1.0.53", "fd00:1::53"] };
  assert.deepEqual(optionsOf({ subnets: [{ ...v4, ...asked }, { cidr: "10.2.0.0/24" }, v6] }), [
    {
      ...common,
      server_id: "10.1.0.1",
      router: "10.1.0.1",
      dns_server: "{10.1.0.53}",
      classless_static_route:
        "{10.9.0.0/16,10.1.0.9, 10.8.0.0/16,0.0.0.0, 10.2.0.0/24,0.0.0.0, 0.0.0.0/0,10.1.0.1}",
    },
    {
      ...common,
      server_id: "169.254.77.1",
      classless_static_route: "{10.9.0.0/16,10.1.0.9, 10.8.0.0/16,0.0.0.0, 10.1.0.0/24,0.0.0.0}",
    },
    { server_id: mac },
  ]);
});

test("I09 no way out is told where there is none: internal networks, and those whose gateway is disabled", () => {
  const nowhere = [{ ...common, server_id: "169.254.77.1" }];
  assert.deepEqual(optionsOf({ network: { internal: true }, subnets: [v4] }), nowhere);
  assert.deepEqual(optionsOf({ network: { options: { disablegateway: "true" } }, subnets: [v4] }), nowhere);
  const isolated = optionsOf({ network: { mode: "isolated" }, subnets: [v4] });
  assert.deepEqual(isolated, [
    { ...common, server_id: "10.1.0.1", router: "10.1.0.1", classless_static_route: "{0.0.0.0/0,10.1.0.1}" },
  ]);
});

test("I09 a network of containers alone has no DHCP, and its router advertises nothing", () => {
  const containers = { subnets: [v4, v6], isContainer: true } as const;
  assert.deepEqual(optionsOf(containers), []);
  const advertised = (made: Made) =>
    rowsOf(made, "network", "Logical_Router_Port").flatMap(({ columns }) =>
      "ipv6_ra_configs" in columns ? [columns.ipv6_ra_configs] : [],
    );
  assert.deepEqual(advertised(containers), [{}]);
  assert.deepEqual(advertised({ subnets: [v4] }), [{}]);
  assert.deepEqual(advertised({ subnets: [v4, { ...v6, dns: ["fd00:1::53", "fd00:1::54"] }] }), [
    {
      address_mode: "dhcpv6_stateful",
      send_periodic: "true",
      min_interval: "200",
      max_interval: "600",
      mtu: "1442",
      rdnss: "fd00:1::53",
    },
  ]);
});
