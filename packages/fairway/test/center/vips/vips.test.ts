import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { unowned } from "../../../src/center/owners.ts";
import { makeOwned, ofOrganization } from "../../api/owned.ts";
import { type MadeNetwork, root, TestCenter } from "../../center.ts";
import { refused } from "../networks/asked.ts";

const plain = { labels: {}, options: {} };
const vip = { 4: "10.1.0.100", 6: "fd01::100" } as const;

describe("addresses that move", () => {
  let center: TestCenter;
  let blue: MadeNetwork;
  before(async () => {
    center = await TestCenter.start();
    blue = await center.network("node-1", "10.1.0.0/24");
    await service().subnets.create({ network: blue.uuid, cidr: "fd01::/64" }, {}, root);
  });
  after(() => center[Symbol.asyncDispose]());

  const service = () => center.service;
  const vips = () => service().vips;
  const make = (ip: string, members: string[], network = blue.uuid, context = root) =>
    vips().create({ ...plain, network, ip, members }, {}, context);
  const port = async (name: string, network = blue.uuid, context = root) =>
    (await service().ports.create({ ...plain, name, network, addresses: [] }, {}, context)).uuid;
  /** A container of a name, as its host says of it. */
  async function container(name: string) {
    const made = await center.endpoint("node-1", blue);
    await service().dockerEndpoints.describe(made.key, { containerName: name, names: [name] }, root);
    return made;
  }
  /** The addresses beside its own that a port may send from, and of which VIPs it is a parent, as Northbound has it. */
  async function has(uuid: string) {
    await center.settled();
    const columns = ["name", "port_security", "options"] as const;
    const select = { op: "select", table: "Logical_Switch_Port", where: [], columns: [...columns] } as const;
    const [found] = await center.client.transact("OVN_Northbound", [select]);
    const rows = found?.rows ?? [];
    const own = rows.find(({ name }) => name === uuid);
    const parents = rows.filter(({ options }) =>
      /virtual-parents,([^"\]]*)/.exec(String(options))?.[1]?.split(",").includes(uuid),
    );
    return {
      sends: Object.values(vip).filter((ip) => String(own?.["port_security"]).split(" ").includes(ip)),
      parents: parents.flatMap(({ options }) => /virtual-ip,([^,]+)/.exec(String(options))?.[1] ?? []).sort(),
    };
  }
  const none = { sends: [], parents: [] };
  const both = { sends: Object.values(vip), parents: Object.values(vip) };

  test("S08 members are whoever has their names: they send from the VIP, and OVN looks for it at them; a port and a container, both families", async () => {
    await service().networks.update(blue.uuid, { portSecurity: "strict" }, {}, root);
    const [one, two] = [await port("one"), await container("two")];
    const stranger = await port("stranger");
    for (const ip of Object.values(vip)) await make(ip, ["two", "one", "one"]);
    assert.deepEqual(vips().show(vip[4], root).members, ["one", "two"]);
    assert.deepEqual([await has(one), await has(two.uuid), await has(stranger)], [both, both, none]);
    await service().networks.update(blue.uuid, { portSecurity: null }, {}, root);
    assert.deepEqual((await has(one)).sends, [vip[6]], "from any address of IPv4, of IPv6 from its own");
    await service().networks.update(blue.uuid, { portSecurity: "strict" }, {}, root);

    await service().dockerEndpoints.delete(two.key, root);
    assert.deepEqual(vips().show(`${vip[4]}@${blue.uuid}`, root).status, {
      members: "not on the network at the moment: two",
    });
    const again = await container("two");
    assert.deepEqual([await has(again.uuid), vips().show(vip[6], root).status], [both, {}]);
    for (const ip of Object.values(vip)) await vips().update(ip, { members: ["two"] }, {}, root);
    assert.deepEqual([await has(one), await has(again.uuid)], [none, both]);
    for (const ip of Object.values(vip)) await vips().remove(ip, {}, root);
    assert.deepEqual(await has(again.uuid), none);
    await service().dockerEndpoints.delete(again.key, root);
    for (const name of ["one", "stranger"]) await service().ports.remove(name, {}, root);
  });

  test("S08 the address is nobody else's until the VIP is gone, and its subnet stays; a VIP goes with its network", async () => {
    await make(vip[6], []);
    const held = () => service().addresses.list({ purpose: "vip" }, root);
    assert.deepEqual(
      held().map(({ ip, holder }) => [ip, holder?.kind, holder?.name]),
      [[vip[6], "vip", vip[6]]],
    );
    await assert.rejects(
      service().ports.create({ ...plain, name: "db", network: blue.uuid, addresses: [vip[6]] }, {}, root),
      refused("conflict", /^address fd01::100 is already in use by VIP fd01::100$/),
    );
    await assert.rejects(
      service().subnets.remove(`fd01::/64@${blue.uuid}`, {}, root),
      refused("in_use", /fd01::100 by VIP fd01::100/),
    );
    assert.deepEqual(unowned(center.store.view), []);
    await vips().remove(vip[6], {}, root);
    assert.deepEqual(held(), []);

    const { uuid } = await service().networks.create(
      { name: "short", subnets: [{ cidr: "10.2.0.0/24" }] },
      {},
      root,
    );
    await make("10.2.0.100", [], uuid);
    await service().networks.remove(uuid, {}, root);
    assert.deepEqual([vips().list({}, root), held()], [[], []]);
    assert.deepEqual(unowned(center.store.view), []);
  });

  test("S08 what cannot be is refused in words, and nothing is left of it", async () => {
    await port("one");
    await assert.rejects(
      make("10.1.0.1", ["one"]),
      refused("conflict", /^address 10\.1\.0\.1 is already in use by the gateway$/),
    );
    for (const ip of ["10.1.0.0", "10.1.0.255", "10.2.0.100", "fd02::100"])
      await assert.rejects(
        make(ip, ["one"]),
        refused("invalid", /^ip must be one that a container can have/),
      );
    await assert.rejects(
      make(vip[4], ["onn"]),
      refused("not_found", /"onn" is on .*; did you mean "one"\?$/),
    );
    assert.deepEqual(service().addresses.list({ purpose: "vip" }, root), []);
    const { revision } = await make(vip[4], ["one"]);
    await assert.rejects(
      vips().update(vip[4], { members: ["one", "nobody"] }, {}, root),
      refused("not_found", /^no container or port "nobody" is on network /),
    );
    await assert.rejects(
      vips().update(vip[4], { members: [] }, { revisions: ["0123456789abcdef"] }, root),
      refused("precondition_failed", /^VIP 10\.1\.0\.100/),
    );
    const would = await vips().update(vip[4], { members: null }, { isDry: true }, root);
    assert.deepEqual([would.members, vips().show(vip[4], root).revision], [[], revision]);
    await service().ports.remove("one", {}, root);
    const labelled = await vips().update(vip[4], { labels: { team: "shop" }, members: ["one"] }, {}, root);
    assert.deepEqual(labelled.members, ["one"], "who was a member stays one");
    assert.deepEqual(
      vips()
        .list({ network: blue.uuid, label: "team=shop" }, root)
        .map(({ ip }) => ip),
      [vip[4]],
    );
    assert.deepEqual(vips().list({ label: "team=db" }, root), []);
    await vips().remove(vip[4], {}, root);
  });

  test("S08 R11 an organization's VIPs are its own, and count; with whom it shares the network is no member, whatever it is called", async () => {
    const red = await makeOwned(center, "red", 5);
    await makeOwned(center, "blue", 6);
    const [byRed, byBlue] = [ofOrganization("red", "member"), ofOrganization("blue", "member")];
    await service().networks.update(red.network, { sharedWith: ["blue"] }, {}, root);
    await make("10.5.0.100", [red.port], red.network, byRed);
    const seen = vips().list({}, byBlue);
    assert.ok(
      !seen.some(({ ip }) => ip.startsWith("10.5.")),
      "what is on another's network is its owner's to know",
    );
    assert.throws(() => vips().show("10.5.0.100", byBlue), refused("not_found", /^no VIP "10\.5\.0\.100"/));

    await service().ports.remove(red.port, {}, root);
    const guest = await port(red.port, red.network, byBlue);
    await center.settled();
    assert.deepEqual((await has(guest)).parents, []);
    assert.match(
      vips().show("10.5.0.100", root).status["members"] ?? "",
      /^not on the network at the moment/,
    );
    await assert.rejects(make("10.5.0.101", ["vm-red"], red.network), refused("not_found", /"vm-red" is on/));
    await service().organizations.update("red", { quotas: { addresses: 0 } }, {}, root);
    await assert.rejects(make("10.5.0.102", [], red.network, byRed), refused("exhausted", /addresses/));
  });
});
