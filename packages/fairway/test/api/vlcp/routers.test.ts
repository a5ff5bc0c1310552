import assert from "node:assert/strict";
import { test } from "node:test";
import { root } from "../../center.ts";
import { pick, VlcpUnderTest } from "./vlcp-under-test.ts";

/** Two networks on tunnels, one of them with two subnets. */
async function startWithSubnets(): Promise<VlcpUnderTest> {
  const vlcp = await VlcpUnderTest.start();
  await vlcp.result("viperflow/createphysicalnetwork", { type: "vxlan", vnirange: [[10, 20]], id: "vxlan" });
  for (const [id, network, cidr, gateway] of [
    ["subnet_a", "network_a", "192.168.1.0/24", "192.168.1.1"],
    ["subnet_b", "network_b", "192.168.2.0/24", "192.168.2.1"],
    ["subnet_c", "network_b", "192.168.3.0/24", "192.168.3.1"],
    ["subnet_d", "network_d", "192.168.1.0/25", "192.168.1.1"],
  ]) {
    if (id !== "subnet_c")
      await vlcp.result("viperflow/createlogicalnetwork", { physicalnetwork: "vxlan", id: network });
    await vlcp.result("viperflow/createsubnet", { logicalnetwork: network, cidr, gateway, id });
  }
  return vlcp;
}

test("A02 R01 virtual routers and their interfaces are made, listed and removed by VLCP's calls", async () => {
  await using vlcp = await startWithSubnets();
  const [router] = await vlcp.result("vrouterapi/createvirtualrouter", {
    id: "r",
    routes: [["10.9.0.0/16", "192.168.1.7"]],
    "x-owner": "ops",
  });
  const known = { id: "r", routes: [["10.9.0.0/16", "192.168.1.7"]], "x-owner": "ops" };
  assert.deepEqual(pick(router, "id", "routes", "x-owner"), known);
  const [first] = await vlcp.result("vrouterapi/addrouterinterface", {
    router: "r",
    subnet: "subnet_a",
    id: "if1",
  });
  assert.deepEqual(
    [first?.["id"], pick(first?.["router"], "id"), pick(first?.["subnet"], "id")],
    ["if1", { id: "r" }, { id: "subnet_a" }],
  );
  await vlcp.result("vrouterapi/addrouterinterfaces", {
    interfaces: [
      { router: "r", subnet: "subnet_b", id: "if2" },
      { router: "r", subnet: "subnet_c", id: "if3" },
    ],
  });
  const listed = await vlcp.result("vrouterapi/listrouterinterfaces", { id: "r" });
  assert.deepEqual(new Set(listed.map(({ id }) => id)), new Set(["if1", "if2", "if3"]));
  const attached = () =>
    vlcp.center.service.routers.list({}, root)[0]?.interfaces.map(({ network }) => network.name);
  assert.deepEqual(attached(), ["network_a", "network_b"]);
  await vlcp.result("vrouterapi/removerouterinterface", { id: "if2" });
  assert.deepEqual(attached(), ["network_a", "network_b"], "another of its subnets is there still");
  await vlcp.result("vrouterapi/removerouterinterface", { router: "r", subnet: "subnet_c" });
  assert.deepEqual(attached(), ["network_a"]);
  const [changed] = await vlcp.result("vrouterapi/updatevirtualrouter", {
    id: "r",
    routes: [["10.8.0.0/16", "192.168.1.8"]],
  });
  assert.deepEqual(pick(changed, "routes"), { routes: [["10.8.0.0/16", "192.168.1.8"]] });
  const { error } = await vlcp.call("vrouterapi/deletevirtualrouter", { id: "r" });
  assert.match(error, /^router r has the network network_a; detach it first$/);
  assert.deepEqual(await vlcp.result("vrouterapi/removerouterinterfaces", { interfaces: [{ id: "if1" }] }), {
    status: "OK",
  });
  assert.deepEqual(await vlcp.result("vrouterapi/deletevirtualrouters", { routers: [{ id: "r" }] }), {
    status: "OK",
  });
  assert.deepEqual(await vlcp.result("vrouterapi/listvirtualrouters"), []);
});

test("A02 R01 what cannot be on a virtual router is refused in words, and leaves nothing behind", async () => {
  await using vlcp = await startWithSubnets();
  await vlcp.result("vrouterapi/createvirtualrouters", { routers: [{ id: "r" }, { id: "s" }] });
  await vlcp.result("vrouterapi/addrouterinterface", { router: "r", subnet: "subnet_a", id: "if1" });
  await vlcp.result("viperflow/createlogicalnetwork", { physicalnetwork: "vxlan", id: "network_e" });
  await vlcp.result("viperflow/createsubnet", {
    logicalnetwork: "network_e",
    cidr: "192.168.5.0/24",
    id: "subnet_e",
  });
  const before = vlcp.rows();
  const cases: readonly (readonly [name: string, parameters: object, pattern: RegExp])[] = [
    ["createvirtualrouter", { id: "r" }, /a router r is there already/],
    [
      "createvirtualrouter",
      { id: "t", routes: [["10.9.0.0/16"]] },
      /routes\[0\].*must be a destination and a next hop/,
    ],
    ["addrouterinterface", { router: "r", subnet: "subnet_z" }, /no subnet "subnet_z"/],
    [
      "addrouterinterface",
      { router: "z", subnet: "subnet_b" },
      /no virtual router "z"; listvirtualrouters lists them/,
    ],
    [
      "addrouterinterface",
      { router: "r", subnet: "subnet_b", id: "if1" },
      /router interface if1 is there already/,
    ],
    ["addrouterinterface", { router: "r", subnet: "subnet_a" }, /has an interface on router r already/],
    ["addrouterinterface", { router: "s", subnet: "subnet_a" }, /has an interface on router r already/],
    [
      "addrouterinterface",
      { router: "r", subnet: "subnet_d" },
      /its subnet 192\.168\.1\.0\/25 overlaps 192\.168\.1\.0\/24/,
    ],
    [
      "addrouterinterface",
      { router: "r", subnet: "subnet_e" },
      /subnet subnet_e has no gateway; ip_address must say/,
    ],
    ["removerouterinterface", { id: "if9" }, /no router interface "if9"/],
    [
      "removerouterinterface",
      { router: "r", subnet: "subnet_b" },
      /subnet subnet_b is not on virtual router r/,
    ],
    ["removerouterinterface", {}, /say which interface by its id, or by router and subnet/],
    ["listrouterinterfaces", {}, /id must be the id of a virtual router/],
  ];
  for (const [name, parameters, pattern] of cases) {
    const { status, error } = await vlcp.call(`vrouterapi/${name}`, parameters);
    assert.equal(status, 500, `${name} ${JSON.stringify(parameters)}`);
    assert.match(error, pattern, name);
    assert.equal(vlcp.rows(), before, `${name} left nothing behind`);
  }
  await vlcp.result("vrouterapi/addrouterinterface", {
    router: "s",
    subnet: "subnet_e",
    ip_address: "192.168.5.9",
  });
  const [shown] = await vlcp.result("vrouterapi/listrouterinterfaces", { id: "s" });
  assert.deepEqual(pick(shown, "ip_address"), { ip_address: "192.168.5.9" });
});
