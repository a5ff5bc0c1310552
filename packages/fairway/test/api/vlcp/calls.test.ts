import assert from "node:assert/strict";
import { test } from "node:test";
import { withNetwork } from "./vlcp-under-test.ts";

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
      { networks: [{ id: "nothing" }, { id: "vlan" }] },
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
