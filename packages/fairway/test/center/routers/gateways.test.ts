import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { physicalNetworkSpec } from "../../../src/center/schemas/physical-network-spec.ts";
import type { GatewaySpec } from "../../../src/center/schemas/router.ts";
import { root, TestCenter } from "../../center.ts";
import { refused, withHosts } from "../networks/asked.ts";

const plain = { labels: {}, options: {} };

describe("external gateways of routers", () => {
  let center: TestCenter;
  before(async () => {
    center = await TestCenter.start();
    const { physicalNetworks, physicalPorts, networks } = center.service;
    await withHosts(center, "h1", "h2", "h3");
    for (const [name, ranges] of [
      ["office", ["1000-1010"]],
      ["other", ["1-5"]],
    ] as const) {
      const spec = physicalNetworkSpec.parse({ type: "vlan", ranges });
      await physicalNetworks.create(name, spec, {}, root);
    }
    for (const host of ["h1", "h2"])
      await physicalPorts.add(
        "office",
        { interface: "eth1", host, takeAddress: false, options: {} },
        {},
        root,
      );
    const make = (name: string, wire: string | undefined, ...subnets: object[]) =>
      networks.create(
        { name, subnets, ...(wire !== undefined && { options: { physicalnetwork: wire } }) },
        {},
        root,
      );
    await make("blue", undefined, { cidr: "10.1.0.0/24" });
    await make("near", undefined, { cidr: "10.50.0.128/25" });
    const lan6 = { cidr: "fd50::/64", gateway: "fd50::1" };
    await make("lan", "office", { cidr: "10.50.0.0/24", gateway: "10.50.0.1" }, lan6);
    await make("bare", "office", { cidr: "10.51.0.0/24", gateway: null });
    await make("tiny", "office", { cidr: "10.52.0.0/31", gateway: "10.52.0.0" });
    await make("wan", "other", { cidr: "10.53.0.0/24", gateway: "10.53.0.1" });
  });
  after(() => center[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const { name, interfaces } of routers().list({}, root)) {
      for (const { network } of interfaces) await routers().detach(name, network.name, {}, root);
      await routers().remove(name, {}, root);
    }
  });

  const routers = () => center.service.routers;
  const make = (name: string, gateway?: GatewaySpec, routes: Record<string, string> = {}) =>
    routers().create({ name, routes, gateway, ...plain }, {}, root);
  const by = (network: string, hosts: string[], ...addresses: string[]): GatewaySpec => ({
    network,
    hosts,
    addresses,
    snat: true,
  });
  const update = (gateway: Partial<GatewaySpec> | null, isDry = false) =>
    routers().update("r", { gateway }, { isDry }, root);
  const held = () =>
    center.service.addresses
      .list({ network: "lan" }, root)
      .filter(({ purpose }) => purpose === "router")
      .map(({ ip }) => ip);

  test("R04 a gateway has the addresses that are asked for, or the lowest free ones, and nobody else gets these", async () => {
    const made = await make("r", by("lan", ["h2", "h1"], "10.50.0.20"));
    assert.deepEqual(made.gateway?.addresses, ["10.50.0.20/24", "fd50::2/64"]);
    assert.deepEqual(
      made.gateway?.hosts.map(({ name, trouble }) => [name, trouble]),
      ["h2", "h1"].map((name) => [name, "it has not told yet whether its next hop answers"]),
    );
    assert.deepEqual([made.gateway?.active, made.gateway?.snat], [null, true]);
    assert.deepEqual(held(), ["10.50.0.20", "fd50::2"]);
    const second = await make("r2", by("lan", ["h1"]));
    assert.deepEqual(second.gateway?.addresses, ["10.50.0.2/24", "fd50::3/64"]);
    await assert.rejects(
      make("r3", by("lan", ["h1"], "10.50.0.20")),
      refused("conflict", /^address 10\.50\.0\.20 is already in use by router r$/),
    );
    const wish = { name: "vm", network: "lan", addresses: ["10.50.0.2"], ...plain };
    await assert.rejects(center.service.ports.create(wish, {}, root), refused("conflict", /router r2/));
  });

  test("R04 a change keeps what it does not name; null takes the gateway and frees its addresses", async () => {
    const { gateway, revision } = await make("r", by("lan", ["h1"]));
    assert.equal((await update({ snat: false }, true)).gateway?.snat, false);
    assert.equal(routers().show("r", root).gateway?.snat, true, "a dry run changes nothing");
    const changed = await update({ snat: false, hosts: ["h2", "h1"] });
    assert.deepEqual(changed.gateway?.addresses, gateway?.addresses);
    assert.notEqual(changed.revision, revision);
    const moved = await update({ network: "tiny", addresses: [] });
    assert.deepEqual([moved.gateway?.addresses, moved.gateway?.snat], [["10.52.0.1/31"], false]);
    assert.deepEqual(held(), []);
    assert.equal((await update(null)).gateway, null);
    assert.equal((await update(null)).gateway, null);
    const named = (detail: RegExp) => refused("invalid", detail, "gateway");
    await assert.rejects(update({ snat: false }), named(/^gateway must name its network and its hosts/));
    await make("other", by("lan", ["h1"], "10.50.0.9"));
    assert.ok(
      await routers().put({ name: "other", routes: {}, ...plain, gateway: by("lan", ["h1"]) }, {}, root),
    );
    await assert.rejects(
      routers().put({ name: "other", routes: {}, ...plain }, {}, root),
      refused("conflict", /is there already, and otherwise/),
    );
  });

  test("R04 a network that leads nowhere, a host that is not on its wire and addresses that nobody can have are refused", async () => {
    await make("r");
    for (const [gateway, code, pattern, field] of [
      [
        by("blue", ["h1"]),
        "invalid",
        /must be a VLAN or flat network, which leads on; blue is none/,
        "network",
      ],
      [by("bare", ["h1"]), "invalid", /must have a gateway, who leads on; none of bare's subnets/, "network"],
      [by("wan", ["h1"]), "invalid", /interface on physical network other; host h1 has none/, "hosts"],
      [by("lan", ["h1", "h3"]), "invalid", /host h3 has none/, "hosts"],
      [by("lan", ["h9"]), "not_found", /^no host "h9"/, undefined],
      [by("nan", ["h1"]), "not_found", /^no network "nan"/, undefined],
    ] as const)
      await assert.rejects(
        update(gateway),
        refused(code, pattern, field && `gateway.${field}`),
        JSON.stringify(gateway),
      );
    await routers().attach("r", "near", { addresses: [], options: {} }, {}, root);
    await assert.rejects(
      update(by("lan", ["h1"])),
      refused("conflict", /10\.50\.0\.0\/24 overlaps 10\.50\.0\.128\/25 of network near/),
    );
    await routers().detach("r", "near", {}, root);
    for (const [addresses, pattern] of [
      [["10.60.0.1"], /must be addresses that a host can have on network lan/],
      [["10.50.0.0"], /must be addresses that a host can have on network lan/],
      [["10.50.0.1"], /must not have 10\.50\.0\.1, the network's gateway/],
      [["10.50.0.7", "10.50.0.8"], /must be one of each family at most/],
    ] as const)
      await assert.rejects(
        update(by("lan", ["h1"], ...addresses)),
        refused("invalid", pattern, "gateway.addresses"),
      );
    await update(by("tiny", ["h1"]));
    await assert.rejects(
      make("full", by("tiny", ["h1"])),
      refused("exhausted", /^subnet 10\.52\.0\.0\/31 of network tiny has no free address$/),
    );
    assert.deepEqual(held(), []);
  });

  test("R04 a router leads a destination one way: not by an attached network as well, nor by a default route", async () => {
    await make("r", by("lan", ["h1"]));
    const attach = (network: string, ...addresses: string[]) =>
      routers().attach("r", network, { addresses, options: {} }, {}, root);
    await assert.rejects(attach("near"), refused("conflict", /overlaps 10\.50\.0\.0\/24 of network lan/));
    await assert.rejects(
      attach("lan", "10.50.0.9"),
      refused("conflict", /^network lan is the external network of router r, which cannot/),
    );
    const add = (destination: string, nextHop: string) =>
      routers().update("r", { routes: { [destination]: nextHop } }, {}, root);
    await assert.rejects(
      add("0.0.0.0/0", "10.1.0.7"),
      refused("conflict", /^router r cannot have both a gateway and a static route for 0\.0\.0\.0\/0/),
    );
    await add("10.9.0.0/16", "10.1.0.7");
    await assert.rejects(
      make("r2", by("lan", ["h1"]), { "::/0": "fd01::7" }),
      refused("conflict", /static route for ::\/0/),
    );
  });

  test("R04 the external network and its subnets stay while a router leaves by them; a host that goes is in no gateway", async () => {
    await make("r", by("lan", ["h1", "h2"]));
    const { networks, subnets, hosts } = center.service;
    await assert.rejects(
      networks.remove("lan", {}, root),
      refused(
        "in_use",
        /^network lan is the external network of router r; `fairway router gateway clear r` first$/,
      ),
    );
    await assert.rejects(
      subnets.remove("fd50::/64", {}, root),
      refused(
        "in_use",
        /^router r leaves by network lan as fd50::\w+: its subnet and that one's gateway must stay$/,
      ),
    );
    await hosts.remove("h2", { dead: true, force: true }, root);
    const { gateway } = routers().show("r", root);
    assert.deepEqual(
      gateway?.hosts.map(({ name }) => name),
      ["h1"],
    );
  });
});
