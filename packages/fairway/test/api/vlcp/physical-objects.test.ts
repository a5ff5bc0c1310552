import assert from "node:assert/strict";
import { test } from "node:test";
import { root } from "../../center.ts";
import { pick, VlcpUnderTest, vlan, withNetwork } from "./vlcp-under-test.ts";

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
      { type: "local", id: "lab" },
    ],
  });
  const ids = async (filter: object) =>
    (await vlcp.result("viperflow/listphysicalnetworks", filter)).map(({ id }) => String(id)).sort();
  assert.deepEqual(await ids({}), ["lab", "lan", "vlan", "vxlan"]);
  assert.deepEqual(await ids({ type: "native" }), ["lan"]);
  assert.deepEqual(await ids({ type: "local" }), ["lab"]);
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
  assert.deepEqual(await ids({}), ["lab", "vlan"]);
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
