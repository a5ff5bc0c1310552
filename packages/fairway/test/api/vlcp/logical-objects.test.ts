import assert from "node:assert/strict";
import { test } from "node:test";
import { root } from "../../center.ts";
import { pick, withNetwork } from "./vlcp-under-test.ts";

test("A02 a logical network is a network of its VLAN, with options like docker network create -o", async () => {
  await using vlcp = await withNetwork();
  const made = await vlcp.result("viperflow/createlogicalnetworks", {
    networks: [
      { physicalnetwork: "vlan", id: "network_b", vlanid: "1050", team: "web", domain_name: null },
      { physicalnetwork: "vlan", id: "network_c" },
    ],
  });
  assert.deepEqual(
    made.map((each) => pick(each, "id", "vlanid", "mtu", "team", "domain_name")),
    [
      { id: "network_b", vlanid: 1050, mtu: 1500, team: "web", domain_name: null },
      { id: "network_c", vlanid: 1001, mtu: 1500 },
    ],
  );
  const { mode, mtu, options } = vlcp.center.service.networks.show("network_a", root);
  assert.deepEqual([mode, mtu.asked, options["physicalnetwork"]], ["flat", 1400, "vlan"]);
  const [changed] = await vlcp.result("viperflow/updatelogicalnetwork", {
    id: "network_b",
    mtu: 1300,
    team: "ops",
  });
  assert.deepEqual(pick(changed, "mtu", "team", "vlanid"), { mtu: 1300, team: "ops", vlanid: 1050 });
  const ids = async (filter: object) =>
    (await vlcp.result("viperflow/listlogicalnetworks", filter)).map(({ id }) => id);
  assert.deepEqual(await ids({ physicalnetwork: "vlan" }), ["network_a", "network_b", "network_c"]);
  assert.deepEqual(await ids({ physicalnetwork: "other" }), []);
  assert.deepEqual(await ids({ vlanid: "1050" }), ["network_b"]);
  assert.deepEqual(await ids({ id: "network_c" }), ["network_c"]);
  assert.deepEqual(await ids({ id: "network_" }), [], "a start of an id is none");
  const refused = await vlcp.call("viperflow/updatelogicalnetwork", { id: "network_b", vlanid: 1060 });
  assert.match(refused.error, /vlan of a network cannot change: it is 1050/);
  await vlcp.result("viperflow/deletelogicalnetworks", {
    networks: [{ id: "network_b" }, { id: "network_c" }],
  });
  assert.deepEqual(await ids({}), ["network_a"]);
});

test("A02 a subnet has a gateway only where one is said, its range, its routes and its name servers", async () => {
  await using vlcp = await withNetwork();
  const made = await vlcp.result("viperflow/createsubnets", {
    subnets: [
      {
        logicalnetwork: "network_a",
        id: "subnet_a",
        cidr: "192.168.1.0/24",
        gateway: "192.168.1.1",
        allocated_start: "192.168.1.100",
        allocated_end: "192.168.1.199",
        host_routes: [["10.9.0.0/16", "192.168.1.7"]],
        dns_nameservers: ["192.0.2.53"],
        isexternal: true,
      },
      { logicalnetwork: "network_a", id: "subnet_b", cidr: "192.168.2.0/24" },
    ],
  });
  const own = [
    "id",
    "cidr",
    "gateway",
    "allocated_start",
    "allocated_end",
    "host_routes",
    "dns_nameservers",
    "isexternal",
  ];
  assert.deepEqual(
    made.map((each) => pick(each, ...own)),
    [
      {
        isexternal: true,
        id: "subnet_a",
        cidr: "192.168.1.0/24",
        gateway: "192.168.1.1",
        allocated_start: "192.168.1.100",
        allocated_end: "192.168.1.199",
        host_routes: [["10.9.0.0/16", "192.168.1.7"]],
        dns_nameservers: ["192.0.2.53"],
      },
      {
        id: "subnet_b",
        cidr: "192.168.2.0/24",
        allocated_start: "192.168.2.1",
        allocated_end: "192.168.2.254",
      },
    ],
  );
  assert.equal(pick(made[0]?.["network"], "id")["id"], "network_a");
  const [changed] = await vlcp.result("viperflow/updatesubnet", {
    id: "subnet_a",
    allocated_end: "192.168.1.120",
    host_routes: [],
    note: "x",
  });
  assert.deepEqual(pick(changed, "allocated_start", "allocated_end", "host_routes", "note", "isexternal"), {
    isexternal: true,
    note: "x",
    allocated_start: "192.168.1.100",
    allocated_end: "192.168.1.120",
  });
  const ids = async (filter: object) =>
    (await vlcp.result("viperflow/listsubnets", filter)).map(({ id }) => id);
  assert.deepEqual(await ids({ logicalnetwork: "network_a" }), ["subnet_a", "subnet_b"]);
  assert.deepEqual(await ids({ logicalnetwork: "nothing" }), []);
  assert.deepEqual(await ids({ id: "subnet_b" }), ["subnet_b"]);
  assert.deepEqual(await ids({ cidr: "192.168.1.0/24" }), ["subnet_a"]);
  for (const [name, pattern] of [
    ["logicalnetwork", /cannot change/],
    ["isexternal", /cannot change/],
    ["gateway", /of subnet .* cannot change/],
  ] as const)
    assert.match(
      (await vlcp.call("viperflow/updatesubnet", { id: "subnet_a", [name]: "192.168.1.9" })).error,
      pattern,
    );
  await vlcp.result("viperflow/deletesubnet", { id: "subnet_a" });
  await vlcp.result("viperflow/deletesubnet", { id: "subnet_b" });
  assert.deepEqual(await ids({}), [], "the last one goes too");
  await vlcp.result("viperflow/createsubnet", {
    logicalnetwork: "network_a",
    id: "subnet_a",
    cidr: "192.168.3.0/24",
  });
  assert.deepEqual(await ids({}), ["subnet_a"]);
});

test("A02 a logical port is a port with the address, the MAC address and the subnet that are said", async () => {
  await using vlcp = await withNetwork();
  await vlcp.result("viperflow/createsubnets", {
    subnets: [
      { logicalnetwork: "network_a", id: "subnet_a", cidr: "192.168.1.0/24", gateway: "192.168.1.1" },
      { logicalnetwork: "network_a", id: "subnet_b", cidr: "192.168.2.0/24" },
    ],
  });
  const made = await vlcp.result("viperflow/createlogicalports", {
    ports: [
      {
        logicalnetwork: "network_a",
        id: "lgport-1-1",
        subnet: "subnet_b",
        mac_address: "02:00:00:00:00:01",
        hostname: "vm1",
      },
      { logicalnetwork: "network_a", id: "lgport-1-2", subnet: "subnet_a", ip_address: "192.168.1.9" },
    ],
  });
  const [first, second] = made;
  assert.deepEqual(pick(first, "id", "mac_address", "hostname"), {
    id: "lgport-1-1",
    mac_address: "02:00:00:00:00:01",
    hostname: "vm1",
  });
  assert.match(String(first?.["ip_address"]), /^192\.168\.2\.\d+$/);
  assert.equal(pick(first?.["subnet"], "id")["id"], "subnet_b");
  assert.equal(pick(first?.["network"], "id")["id"], "network_a");
  assert.equal(second?.["ip_address"], "192.168.1.9");
  assert.equal(vlcp.center.service.ports.show("lgport-1-1", root).ifaceId, first?.["iface_id"]);
  const [changed] = await vlcp.result("viperflow/updatelogicalport", {
    id: "lgport-1-2",
    ip_address: "192.168.1.10",
    mac_address: "02:00:00:00:00:0a",
    owner: "me",
  });
  assert.deepEqual(pick(changed, "ip_address", "mac_address", "owner"), {
    owner: "me",
    mac_address: "02:00:00:00:00:0a",
    ip_address: "192.168.1.10",
  });
  const taken = await vlcp.call("viperflow/createlogicalport", {
    logicalnetwork: "network_a",
    ip_address: "192.168.1.10",
  });
  assert.match(taken.error, /address 192\.168\.1\.10 is already in use/);
  const outside = await vlcp.call("viperflow/createlogicalport", {
    logicalnetwork: "network_a",
    subnet: "subnet_b",
    ip_address: "192.168.1.50",
  });
  assert.match(outside.error, /address 192\.168\.1\.50 is not one of subnet 192\.168\.2\.0\/24/);
  const ids = async (filter: object) =>
    (await vlcp.result("viperflow/listlogicalports", filter)).map(({ id }) => String(id)).sort();
  assert.deepEqual(await ids({ logicalnetwork: "network_a" }), ["lgport-1-1", "lgport-1-2"]);
  assert.deepEqual(await ids({ mac_address: "02:00:00:00:00:01" }), ["lgport-1-1"]);
  assert.deepEqual(await ids({ id: "lgport-1-2" }), ["lgport-1-2"]);
  const busy = await vlcp.call("viperflow/deletelogicalnetwork", { id: "network_a" });
  assert.match(busy.error, /logical network network_a still has 2 ports/);
  const held = await vlcp.call("viperflow/deletesubnet", { id: "subnet_b" });
  assert.match(held.error, /subnet 192\.168\.2\.0\/24 is still in use/);
  await vlcp.result("viperflow/deletelogicalports", { ports: [{ id: "lgport-1-1" }, { id: "lgport-1-2" }] });
  assert.deepEqual(await ids({}), []);
});

test("A02 containers are listed beside ports", async () => {
  await using vlcp = await withNetwork();
  const blue = await vlcp.center.network("h1", "10.1.0.0/24");
  const web = await vlcp.center.endpoint("h1", blue);
  const [port] = await vlcp.result("viperflow/listlogicalports");
  assert.deepEqual(pick(port, "id", "mac_address", "ip_address", "host"), {
    id: web.uuid,
    mac_address: web.mac,
    ip_address: web.ip,
    host: "h1",
  });
  const refused = await vlcp.call("viperflow/deletelogicalport", { id: web.uuid });
  assert.match(refused.error, /no port/, "they are the engine's");
});
