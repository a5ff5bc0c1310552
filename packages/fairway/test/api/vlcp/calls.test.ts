import assert from "node:assert/strict";
import { test } from "node:test";
import { root } from "../../center.ts";
import { pick, VlcpUnderTest } from "./vlcp-under-test.ts";

const vlan = { id: "vlan", type: "vlan", vlanrange: [[1000, 1100]] };

async function withNetwork() {
  const vlcp = await VlcpUnderTest.start();
  await vlcp.result("viperflow/createphysicalnetwork", vlan);
  await vlcp.result("viperflow/createlogicalnetwork", {
    physicalnetwork: "vlan",
    id: "network_a",
    mtu: 1400,
  });
  return vlcp;
}

test("A02 a physical network is made, changed, listed and deleted under its own id", async () => {
  await using vlcp = await VlcpUnderTest.start();
  const made = await vlcp.result("viperflow/createphysicalnetwork", {
    ...vlan,
    site: "north",
    tags: [1, "two"],
  });
  assert.deepEqual(made, [
    { id: "vlan", type: "vlan", vlanrange: [[1000, 1100]], site: "north", tags: [1, "two"] },
  ]);
  const { type, ranges } = vlcp.center.service.physicalNetworks.show("vlan", root);
  assert.deepEqual({ type, ranges }, { type: "vlan", ranges: ["1000-1100"] });
  const changed = await vlcp.result("viperflow/updatephysicalnetwork", {
    id: "vlan",
    vlanrange: [
      [2000, 2100],
      [1000, 1200],
    ],
    site: "south",
  });
  assert.deepEqual(changed, [
    {
      id: "vlan",
      type: "vlan",
      vlanrange: [
        [1000, 1200],
        [2000, 2100],
      ],
      site: "south",
      tags: [1, "two"],
    },
  ]);
  await vlcp.result("viperflow/createphysicalnetworks", {
    networks: [
      { type: "vxlan", id: "vxlan", vnirange: [[10_000, 11_000]] },
      { type: "native", id: "lan" },
    ],
  });
  const ids = async (filter: object) =>
    (await vlcp.result("viperflow/listphysicalnetworks", filter)).map(({ id }) => String(id)).sort();
  assert.deepEqual(await ids({}), ["lan", "vlan", "vxlan"]);
  assert.deepEqual(await ids({ type: "native" }), ["lan"]);
  assert.deepEqual(await ids({ id: "vxlan" }), ["vxlan"]);
  assert.deepEqual(await ids({ id: "nothing" }), []);
  assert.deepEqual(await ids({ vnirange: [[10_000, 11_000]] }), ["vxlan"]);
  assert.deepEqual(await ids({ colour: "red" }), []);
  assert.deepEqual(
    await vlcp.result("viperflow/deletephysicalnetworks", { networks: [{ id: "lan" }, { id: "vxlan" }] }),
    {
      status: "OK",
    },
  );
  assert.deepEqual(await ids({}), ["vlan"]);
});

test("A02 an object without an id gets a UUID", async () => {
  await using vlcp = await withNetwork();
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  const [physical] = await vlcp.result("viperflow/createphysicalnetwork", { type: "native", id: null });
  assert.match(String(physical?.["id"]), uuid);
  const [logical] = await vlcp.result("viperflow/createlogicalnetwork", { physicalnetwork: "vlan", id: "" });
  assert.match(String(logical?.["id"]), uuid);
  const logicalnetwork = logical?.["id"];
  const [subnet] = await vlcp.result("viperflow/createsubnet", { logicalnetwork, cidr: "10.7.0.0/24" });
  assert.match(String(subnet?.["id"]), uuid);
  const [port] = await vlcp.result("viperflow/createlogicalport", { logicalnetwork, subnet: subnet?.["id"] });
  assert.match(String(port?.["id"]), uuid);
  assert.equal(port?.["iface_id"], port?.["id"], "an interface with it as its iface-id is the port");
  for (const [call, id] of [
    ["deletelogicalport", port],
    ["deletesubnet", subnet],
    ["deletelogicalnetwork", logical],
  ] as const)
    await vlcp.result(`viperflow/${call}`, { id: id?.["id"] });
  assert.equal((await vlcp.result("viperflow/listlogicalnetworks")).length, 1);
});

test("A02 a physical port is of all hosts, or of the host with a system-id, and keeps what else is said", async () => {
  await using vlcp = await withNetwork();
  await vlcp.center.service.hosts.register("h1", { systemId: "system-h1" }, root);
  const [everywhere] = await vlcp.result("viperflow/createphysicalport", {
    physicalnetwork: "vlan",
    name: "trunk0",
  });
  assert.deepEqual(pick(everywhere, "name", "vhost", "systemid", "bridge"), {
    name: "trunk0",
    vhost: "",
    systemid: "%",
    bridge: "%",
  });
  assert.deepEqual(pick(everywhere?.["physicalnetwork"], "id", "type"), { id: "vlan", type: "vlan" });
  await vlcp.result("viperflow/createphysicalport", {
    physicalnetwork: "vlan",
    name: "bond0",
    systemid: "system-h1",
    bridge: "dockerbr0",
    rack: 7,
  });
  const { ports } = vlcp.center.service.physicalNetworks.show("vlan", root);
  assert.deepEqual(
    ports.map((each) => [each.interface, each.host]),
    [
      ["trunk0", null],
      ["bond0", "h1"],
    ],
  );
  const at = { name: "bond0", systemid: "system-h1", bridge: "dockerbr0" };
  const [changed] = await vlcp.result("viperflow/updatephysicalport", { ...at, rack: "eight" });
  assert.deepEqual(pick(changed, "rack", "host", "bridge"), {
    rack: "eight",
    host: "h1",
    bridge: "dockerbr0",
  });
  const names = async (filter: object) =>
    (await vlcp.result("viperflow/listphysicalports", filter)).map(({ name }) => name);
  assert.deepEqual(await names({ physicalnetwork: "vlan" }), ["trunk0", "bond0"]);
  assert.deepEqual(await names({ physicalnetwork: "vxlan" }), []);
  assert.deepEqual(await names({ systemid: "system-h1" }), ["bond0"]);
  assert.deepEqual(await names({ name: "trunk0" }), ["trunk0"]);
  const missing = await vlcp.call("viperflow/deletephysicalport", { name: "bond0" });
  assert.deepEqual(
    [missing.status, missing.error],
    [500, "no physical port bond0; listphysicalports lists them"],
  );
  await vlcp.result("viperflow/deletephysicalports", { ports: [at, { name: "trunk0" }] });
  assert.deepEqual(await names({}), []);
});

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

test("A02 a plural call does all or nothing", async () => {
  await using vlcp = await withNetwork();
  const before = vlcp.rows();
  const cases: readonly (readonly [string, object, RegExp])[] = [
    [
      "createphysicalnetworks",
      {
        networks: [
          { type: "native", id: "one" },
          { type: "vlan", id: "two", vlanrange: [[5, 4096]] },
        ],
      },
      /range "5-4096" is not valid/,
    ],
    [
      "createphysicalports",
      {
        ports: [
          { physicalnetwork: "vlan", name: "eth1" },
          { physicalnetwork: "vlna", name: "eth2" },
        ],
      },
      /did you mean "vlan"/,
    ],
    [
      "createlogicalnetworks",
      {
        networks: [
          { physicalnetwork: "vlan", id: "x1", vlanid: 1007 },
          { physicalnetwork: "vlan", id: "x2", vlanid: 1007 },
        ],
      },
      /VLAN 1007 is taken by network x1/,
    ],
    [
      "createsubnets",
      {
        subnets: [
          { logicalnetwork: "network_a", cidr: "10.1.0.0/24" },
          { logicalnetwork: "network_a", cidr: "10.1.0.0/25" },
        ],
      },
      /overlap/,
    ],
    [
      "createlogicalports",
      {
        ports: [
          { logicalnetwork: "network_a", id: "p1" },
          { logicalnetwork: "network_b", id: "p2" },
        ],
      },
      /no logical network "network_b"/,
    ],
    [
      "deletephysicalnetworks",
      { networks: [{ id: "vlan" }, { id: "nothing" }] },
      /no physical network "nothing"/,
    ],
    [
      "updatephysicalnetworks",
      {
        networks: [
          { id: "vlan", x: "1" },
          { id: "vlan", x: "2" },
        ],
      },
      /is named twice/,
    ],
    [
      "deletelogicalnetworks",
      { networks: [{ id: "network_a" }, { id: "network_z" }] },
      /no logical network "network_z"/,
    ],
  ];
  for (const [name, parameters, pattern] of cases) {
    const { status, error } = await vlcp.call(`viperflow/${name}`, parameters);
    assert.equal(status, 500, name);
    assert.match(error, pattern, name);
    assert.equal(vlcp.rows(), before, `${name} left nothing behind`);
  }
});

test("A02 calls of virtual routers say that there are none", async () => {
  await using vlcp = await VlcpUnderTest.start();
  for (const name of [
    "createvirtualrouter",
    "listvirtualrouters",
    "addrouterinterfaces",
    "removerouterinterface",
  ]) {
    const { status, error } = await vlcp.call(`vrouterapi/${name}`, { id: "r" });
    assert.equal(status, 500);
    assert.match(error, new RegExp(`^${name} does nothing: this version of Fairway has no virtual routers`));
  }
});
