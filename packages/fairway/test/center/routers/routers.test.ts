import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { physicalNetworkSpec } from "../../../src/center/schemas/physical-network-spec.ts";
import { root, TestCenter } from "../../center.ts";
import { refused } from "../networks/asked.ts";

const plain = { labels: {}, options: {} };

describe("virtual routers", () => {
  let center: TestCenter;
  before(async () => {
    center = await TestCenter.start();
    const { physicalNetworks, networks } = center.service;
    const office = physicalNetworkSpec.parse({ type: "vlan", ranges: ["1000-1010"] });
    await physicalNetworks.create("office", office, {}, root);
    for (const [name, cidr] of Object.entries({
      blue: "10.1.0.0/24",
      green: "10.2.0.0/24",
      clash: "10.1.0.0/16",
    }))
      await networks.create({ name, subnets: [{ cidr }] }, {}, root);
    await networks.create({ name: "shut", internal: true, subnets: [{ cidr: "10.3.0.0/24" }] }, {}, root);
    await networks.create({ name: "bare", subnets: [{ cidr: "10.4.0.0/24", gateway: null }] }, {}, root);
    const lan = { name: "lan", options: { physicalnetwork: "office" } };
    await networks.create({ ...lan, subnets: [{ cidr: "10.50.0.0/24", gateway: "10.50.0.1" }] }, {}, root);
  });
  after(() => center[Symbol.asyncDispose]());

  const routers = () => center.service.routers;
  const make = (name: string, routes: Record<string, string> = {}) =>
    routers().create({ name, routes, ...plain }, {}, root);
  const attach = (router: string, network: string, ...addresses: string[]) =>
    routers().attach(router, network, { addresses, options: {} }, {}, root);

  test("R01 networks are attached and detached; a router with networks is not removed, and says which it has", async () => {
    await make("r1");
    await attach("r1", "blue");
    const { interfaces, revision } = await attach("r1", "green");
    assert.equal(center.service.networks.show("blue", root).router, "r1");
    assert.deepEqual(
      interfaces.map(({ network, addresses }) => [network.name, ...addresses]),
      [
        ["blue", "10.1.0.1/24"],
        ["green", "10.2.0.1/24"],
      ],
    );
    await assert.rejects(
      routers().remove("r1", {}, root),
      refused("in_use", /^router r1 has the networks blue, green; detach them first$/),
    );
    await assert.rejects(
      routers().detach("r1", "blue", { revisions: ["0000000000000000"] }, root),
      refused("precondition_failed", new RegExp(`^router r1 has revision ${revision} by now`)),
    );
    const dry = await routers().detach("r1", "blue", { isDry: true }, root);
    assert.equal(dry.interfaces.length, 1);
    assert.equal(routers().show("r1", root).interfaces.length, 2, "a dry run changes nothing");
    await routers().detach("r1", "blue", {}, root);
    await routers().detach("r1", "green", {}, root);
    await routers().remove("r1", {}, root);
    assert.deepEqual(routers().list({}, root), []);
  });

  test("R01 what a router could not lead to is refused: overlaps, internal networks, networks of another router", async () => {
    await make("r1");
    await make("r2");
    await attach("r1", "blue");
    await assert.rejects(
      attach("r1", "clash"),
      refused("conflict", /its subnet 10\.1\.0\.0\/16 overlaps 10\.1\.0\.0\/24 of network blue/),
    );
    await assert.rejects(
      attach("r2", "blue"),
      refused("conflict", /^network blue is attached to router r1; detach it there first$/),
    );
    await assert.rejects(attach("r1", "shut"), refused("invalid", /^network shut is internal/));
    await attach("r1", "green");
    await assert.rejects(
      center.service.subnets.create({ network: "green", cidr: "10.1.0.0/25" }, {}, root),
      refused("conflict", /^network green cannot be on router r1: its subnet 10\.1\.0\.0\/25 overlaps/),
    );
    assert.equal(center.service.networks.show("green", root).subnets.length, 1);
    for (const network of ["blue", "green"]) await routers().detach("r1", network, {}, root);
    for (const name of ["r1", "r2"]) await routers().remove(name, {}, root);
  });

  test("R03 on a wire a router answers by the address that it is told, which nobody else gets", async () => {
    await make("r1");
    await assert.rejects(
      attach("r1", "lan"),
      refused("invalid", /^addresses must name one: network lan is on a wire/),
    );
    await assert.rejects(
      attach("r1", "bare"),
      refused("invalid", /network bare has no gateway; say by which/),
    );
    await assert.rejects(
      attach("r1", "blue", "10.1.0.9"),
      refused("invalid", /answers as the gateway 10\.1\.0\.1/),
    );
    await assert.rejects(attach("r1", "lan", "10.9.0.1"), refused("invalid", /can have on network lan/));
    await attach("r1", "lan", "10.50.0.2");
    const held = center.service.addresses.show("10.50.0.2@lan", root);
    assert.deepEqual([held.purpose, held.holder], ["router", { kind: "router", name: "r1", host: null }]);
    await assert.rejects(
      center.service.reservations.reserve(
        { network: "lan", ip: "10.50.0.2", note: "", labels: {}, expires: null },
        {},
        root,
      ),
      refused("conflict", /^address 10\.50\.0\.2 is already in use by router r1$/),
    );
    const { interfaces, status } = await attach("r1", "lan", "10.50.0.1");
    assert.deepEqual(interfaces[0]?.addresses, ["10.50.0.1/24"], "the gateway's, where somebody says so");
    assert.deepEqual(status, { "network lan": "no host has an interface on its physical network" });
    assert.throws(
      () => center.service.addresses.show("10.50.0.2@lan", root),
      refused("not_found", /nobody has/),
    );
    await center.service.networks.remove("lan", {}, root);
    assert.deepEqual(routers().show("r1", root).interfaces, [], "an interface goes with its network");
    await routers().remove("r1", {}, root);
  });

  test("R02 routes are merged one by one; one that leads nowhere says why", async () => {
    await make("r1", { "10.9.0.7/16": "10.1.0.7" });
    const patch = { routes: { "10.8.0.0/16": "10.1.0.8", "fd09::/64": "fd01::9" } };
    await attach("r1", "blue");
    const changed = await routers().update("r1", patch, {}, root);
    assert.deepEqual(changed.routes, {
      "10.9.0.0/16": "10.1.0.7",
      "10.8.0.0/16": "10.1.0.8",
      "fd09::/64": "fd01::9",
    });
    assert.deepEqual(changed.status, {
      "route fd09::/64": "next hop fd01::9 is on no network that is attached",
    });
    const gone = await routers().update(
      "r1",
      { routes: { "10.9.3.0/16": null, "fd09::/64": null } },
      {},
      root,
    );
    assert.deepEqual([gone.routes, gone.status], [{ "10.8.0.0/16": "10.1.0.8" }, {}]);
    await assert.rejects(
      routers().update("r1", { routes: { "10.9.0.0/16": "fd01::9" } }, {}, root),
      refused(
        "invalid",
        /^routes must lead subnets to addresses of the same family.*one leads 10\.9\.0\.0\/16 to fd01::9$/,
      ),
    );
    await assert.rejects(
      routers().update("r1", { routes: { "169.254.77.2/32": "10.1.0.9" } }, {}, root),
      refused("invalid", /^routes must not lead 169\.254\.77\.2\/32 anywhere, which is link-local/),
    );
    await routers().detach("r1", "blue", {}, root);
    await routers().remove("r1", {}, root);
  });

  test("R09 a router leads groups on if it is asked to, and says which networks take no part", async () => {
    await make("r1");
    for (const network of ["blue", "green"]) await attach("r1", network);
    const wired = { name: "wired", options: { physicalnetwork: "office" } };
    await center.service.networks.create({ ...wired, subnets: [{ cidr: "10.51.0.0/24" }] }, {}, root);
    await attach("r1", "wired", "10.51.0.254");
    const change = (multicast: string | null) => routers().update("r1", { options: { multicast } }, {}, root);
    const { options } = await change("yes");
    assert.deepEqual(options, { multicast: "true" });
    await center.service.networks.update("blue", { options: { multicast: "true" } }, {}, root);
    const groups = ({ status }: { readonly status: Readonly<Record<string, string>> }) =>
      Object.entries(status).filter(([part]) => part.startsWith("multicast"));
    assert.deepEqual(groups(routers().show("r1", root)), [
      [
        "multicast, network green",
        "its switch does not know who is in a group: fairway network update green -o multicast=true",
      ],
      ["multicast, network wired", "nothing that is sent to a group is led to or from a wire"],
    ]);
    await assert.rejects(
      change("perhaps"),
      refused("invalid", /^options\.multicast must be true or false; it is "perhaps"$/),
    );
    await assert.rejects(
      routers().create({ name: "r2", routes: {}, labels: {}, options: { multicast: "2" } }, {}, root),
      refused("invalid", /^options\.multicast must be true or false; it is "2"$/),
    );
    assert.deepEqual(groups(await change("no")), []);
    assert.deepEqual(groups(await change(null)), []);
    for (const network of ["blue", "green", "wired"]) await routers().detach("r1", network, {}, root);
    await routers().remove("r1", {}, root);
  });

  test("A06 who follows events hears of routers and of their networks", async () => {
    const end = new AbortController();
    const events = center.service.events.follow({ nouns: ["router"] }, { ...root, signal: end.signal });
    await events.next();
    await make("r1");
    await attach("r1", "blue");
    const told = [(await events.next()).value, (await events.next()).value];
    end.abort();
    assert.deepEqual(
      told.map((event) => event && "noun" in event && [event.type, event.noun, event.name]),
      [
        ["created", "router", "r1"],
        ["changed", "router", "r1"],
      ],
    );
  });
});
