import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { z } from "zod";
import { endpointOf, hostNamed } from "../../../src/center/lookup.ts";
import { noteHolder } from "../../../src/center/routers/gateway-hosts.ts";
import { newPort } from "../../../src/center/schemas/port.ts";
import { engineId, root, until } from "../../center.ts";
import { CenterWithNorthd } from "./northd.ts";

describe("packets on wires, on networks with the same addresses, by IPv6 and of ports", () => {
  let ovn: CenterWithNorthd;

  before(async () => {
    ovn = await CenterWithNorthd.start();
    const { center } = ovn;
    const { service } = center;
    for (const [at, host] of ["h1", "h2"].entries())
      await service.hosts.register(
        host,
        { systemId: `system-${host}`, tunnelAddress: `192.0.2.1${at + 1}` },
        root,
      );
    await service.physicalNetworks.create(
      "lan",
      { type: "vlan", ranges: ["5"], peers: [], tunnelPort: null, mtu: null, options: {} },
      {},
      root,
    );
    const subnets = (...cidrs: readonly string[]) => cidrs.map((cidr) => ({ cidr }));
    for (const asked of [
      {
        name: "office",
        physicalNetwork: "lan",
        subnets: [{ cidr: "192.168.5.0/24", gateway: "192.168.5.1" }],
      },
      { name: "blue", subnets: subnets("10.1.0.0/24", "fd00:1::/64") },
      { name: "twin", subnets: subnets("10.1.0.0/24") },
      { name: "green", subnets: subnets("10.2.0.0/24") },
      { name: "vault", internal: true, subnets: subnets("10.6.0.0/24") },
      { name: "bridged", disableGateway: true, subnets: subnets("10.7.0.0/24") },
    ])
      await service.networks.create(asked, {}, root);
    const port = (asked: z.input<typeof newPort>) =>
      service.ports.create(newPort.parse(asked), { isDry: false }, root);
    const ports: string[] = [];
    for (const [name, network, host, addresses] of [
      ["desk", "office", "h1", ["192.168.5.10"]],
      ["printer", "office", "h2", ["192.168.5.11"]],
      ["vm1", "blue", "h1", ["10.1.0.5", "fd00:1::5"]],
      ["vm2", "blue", "h2", ["10.1.0.6", "fd00:1::6"]],
      ["other", "twin", "h1", ["10.1.0.7"]],
      ["db", "green", "h2", ["10.2.0.5"]],
      ["safe", "vault", "h1", ["10.6.0.5"]],
      ["out", "bridged", "h1", ["10.7.0.5"]],
    ] as const) {
      const made = await port({ name, network, host, addresses: [...addresses] });
      ports.push(made.uuid);
    }
    await port({ name: "nowhere", network: "blue", addresses: ["10.1.0.9"] });
    await ovn.installed(...ports);
    await until(() => ports.every((uuid) => center.controller.isUp(uuid)));
  });
  after(() => ovn[Symbol.asyncDispose]());

  test("O04 on a wire the wire carries what others have carried by tunnels, and what is for its gateway leaves by it", async () => {
    const near = await ovn.trace("desk", "printer");
    assert.equal(near.verdict, "delivered", near.reason);
    assert.deepEqual(
      near.steps.map(({ at, name }) => [at, name]),
      [
        ["sender", "port desk"],
        ["switch", "office"],
        ["wire", "lan"],
        ["receiver", "port printer"],
      ],
    );
    for (const to of ["203.0.113.9", "192.168.5.1", "192.168.5.77"]) {
      const away = await ovn.trace("desk", to);
      assert.equal(away.verdict, "leaves", to);
      assert.match(away.reason, /it leaves by the wire of physical network lan/);
      assert.match(away.steps.at(-1)?.does ?? "", /in VLAN 5 takes it/);
    }
  });

  test("O04 a host reaches its own containers on a wire, and leads there what they publish; others come by the wire", async () => {
    assert.equal((await ovn.trace("h1", "desk")).verdict, "delivered");
    assert.match((await ovn.trace("h2", "desk")).reason, /network office is on a wire, which leads to it/);
    await ovn.center.store.change((draft) =>
      draft.update("Endpoint", endpointOf(draft, "desk")._uuid, { published_ports: { "tcp * 8081": 81 } }),
    );
    const published = await ovn.trace("203.0.113.9", "h1", { protocol: "tcp", port: 8081 });
    assert.equal(published.verdict, "delivered");
    assert.equal(published.reason, "host h1 leads its port 8081 to port 81 of port desk (DNAT)");
  });

  test("O04 R01 R03 by a router on a wire, too, where that was given the gateway's address", async () => {
    const { routers } = ovn.center.service;
    await routers.create({ name: "r", routes: {}, labels: {}, options: {} }, {}, root);
    for (const [network, ...addresses] of [["blue"], ["office", "192.168.5.1"]] as const)
      await routers.attach("r", network, { addresses, options: {} }, {}, root);
    await ovn.settled();
    for (const [from, to, networks] of [
      ["desk", "vm1", "office and blue"],
      ["vm1", "printer", "blue and office"],
    ] as const) {
      const trace = await ovn.trace(from, to);
      assert.equal(trace.reason, `networks ${networks} are on one router, and nothing drops it`);
      assert.equal(trace.verdict, "delivered");
      assert.deepEqual(
        trace.steps.slice(0, 4).map(({ at }) => at),
        ["sender", "switch", "router", "switch"],
      );
      assert.equal(trace.steps[1]?.does, "gives it to router r");
    }
    assert.equal((await ovn.trace("desk", "192.168.5.1")).reason, "the router answers it by itself");
    for (const network of ["blue", "office"]) await routers.detach("r", network, {}, root);
    await routers.remove("r", {}, root);
    await ovn.settled();
  });

  test("O04 R04 what leaves by a router's gateway is told with the host and the address that it has there", async () => {
    const { routers, physicalPorts, gatewayHosts } = ovn.center.service;
    const port = { interface: "eth1", host: "h2", takeAddress: false, options: {} };
    await physicalPorts.add("lan", port, {}, root);
    const gateway = { network: "office", hosts: ["h2"], addresses: ["192.168.5.20"], snat: true };
    const made = await routers.create({ name: "r", routes: {}, labels: {}, options: {}, gateway }, {}, root);
    await routers.attach("r", "blue", { addresses: [], options: {} }, {}, root);
    await gatewayHosts.report("h2", { routers: [{ router: made.uuid, trouble: null }] }, root);
    await ovn.center.store.change((draft) => noteHolder(draft, made.uuid, hostNamed(draft, "h2")._uuid));
    await ovn.settled();
    const trace = await ovn.trace("vm1", "203.0.113.9");
    assert.equal(trace.verdict, "leaves", trace.reason);
    assert.equal(trace.reason, "it leaves by gateway host h2 of router r, as 192.168.5.20");
    assert.match(trace.steps.at(-1)?.does ?? "", /^carries it to 192\.168\.5\.1/);
    await routers.detach("r", "blue", {}, root);
    await routers.remove("r", {}, root);
    await physicalPorts.remove({ physicalNetwork: "lan", interface: "eth1", host: "h2" }, {}, root);
    await ovn.settled();
  });

  test("O04 R07 by a route target the way is told with its link, and whether an answer finds its way", async () => {
    const { networks } = ovn.center.service;
    const label = async (network: string, labels: Readonly<Record<string, string | null>>) => {
      await networks.update(network, { labels }, {}, root);
      await ovn.settled();
    };
    assert.notEqual((await ovn.trace("vm1", "db")).verdict, "delivered", "without a target");
    await label("blue", { rt: "64512:100" });
    await label("green", { "rt.export": "64512:100" });
    const oneWay = await ovn.trace("vm1", "db");
    assert.equal(oneWay.verdict, "delivered", oneWay.reason);
    assert.equal(
      oneWay.reason,
      "network blue imports route target 64512:100 of network green, and nothing drops it; " +
        "network green does not lead back: no answer comes",
    );
    await label("green", { "rt.export": null, rt: "64512:100" });
    const trace = await ovn.trace("vm1", "db");
    assert.equal(
      trace.reason,
      "network blue imports route target 64512:100 of network green, and nothing drops it",
    );
    assert.deepEqual(
      trace.steps.slice(1, 6).map(({ at, name, does }) => [at, name, does.replace(/169\.254\.[\d.]+/, "…")]),
      [
        ["switch", "blue", "gives it to the router of blue"],
        [
          "router",
          "blue",
          "takes its route 10.2.0.0/24 by …, gives it to the switch of route target 64512:100",
        ],
        ["switch", "route target 64512:100", "gives it to the router of green"],
        ["router", "green", "has 10.2.0.0/24 on a port of its own, gives it to the switch of green"],
        ["switch", "green", "lets it through"],
      ],
    );
    for (const network of ["blue", "green"]) await label(network, { rt: null });
  });

  test("O04 by IPv6 as by IPv4, whichever is asked for", async () => {
    const six = await ovn.trace("vm1", "vm2", { family: 6, protocol: "udp", port: 53 });
    assert.equal(six.verdict, "delivered");
    assert.deepEqual([six.from.address, six.to.address], ["fd00:1::5", "fd00:1::6"]);
    assert.equal((await ovn.trace("vm1", "vm2")).to.address, "10.1.0.6");
    const out = await ovn.trace("vm1", "2001:db8::9");
    assert.equal(out.verdict, "leaves");
    assert.match(out.steps[2]?.does ?? "", /takes its route ::\/0 by fdfa::2/);
    const gateway = await ovn.trace("vm1", "fd00:1::1");
    assert.equal(gateway.reason, "the router answers it by itself");
  });

  test("O04 an address that the sender's own network has as well never leaves it", async () => {
    const trace = await ovn.trace("vm1", "other");
    assert.equal(trace.verdict, "dropped");
    assert.equal(
      trace.reason,
      "10.1.0.7 is an address of network blue itself: no packet for it leaves for network twin",
    );
  });

  test("O04 what a container sends to itself stays in it", async () => {
    assert.deepEqual(
      await ovn.trace("vm1", "10.1.0.5").then(({ verdict, reason, steps }) => [verdict, reason, steps]),
      ["delivered", "it stays in port vm1", []],
    );
  });

  test("O04 out of networks without a gateway there is no route", async () => {
    const inner = await ovn.trace("safe", "203.0.113.9");
    assert.equal(inner.verdict, "dropped");
    assert.match(inner.reason, /network vault is internal: by it there is no route/);
    const bridged = await ovn.trace("out", "203.0.113.9");
    assert.match(bridged.reason, /network bridged has its gateway disabled.*Docker's own bridge/);
  });

  test("O04 a port that is plugged in nowhere is not installed", async () => {
    const trace = await ovn.trace("vm1", "nowhere");
    assert.equal(trace.verdict, "not-installed");
    assert.equal(trace.reason, "port nowhere is plugged in nowhere");
  });

  test("O04 what a host says does not work stands in the verdict", async () => {
    const { service, store } = ovn.center;
    const { uuid } = service.networks.show("blue", root);
    const report = (networks: { network: string; reason: string }[]) =>
      store.change((draft) => {
        const status = Object.fromEntries(networks.map(({ reason }) => ["on h1", reason]));
        draft.update("Network", uuid, { status });
      });
    await report([{ network: uuid, reason: "the way out: the kernel refuses its route" }]);
    const trace = await ovn.trace("vm1", "203.0.113.9");
    assert.equal(trace.verdict, "leaves");
    assert.match(
      trace.reason,
      /but host h1 says that this does not work: the way out: the kernel refuses its route$/,
    );
    await report([]);
  });

  test("O04 a name of several endpoints is the one that the sender reaches", async () => {
    const { center } = ovn;
    const { service } = center;
    const red = await center.network("h1", "10.8.0.0/24");
    await service.dockerNetworks.describe("h1", red.id, { name: "red" }, root);
    const green = await center.network("h1", "10.9.0.0/24");
    await service.dockerNetworks.describe("h1", green.id, { name: "green" }, root);
    const containerId = engineId();
    const on = async (network: typeof red, ip: string, containerName: string, id: string) => {
      const made = await center.endpoint("h1", network, ip);
      await service.dockerEndpoints.describe(made.key, { containerName, containerId: id }, root);
      return made.uuid;
    };
    const uuids = [
      await on(red, "10.8.0.5", "both", containerId),
      await on(green, "10.9.0.5", "both", containerId),
      await on(green, "10.9.0.6", "peer", engineId()),
    ];
    await ovn.installed(...uuids);
    await until(() => uuids.every((uuid) => center.controller.isUp(uuid)));
    assert.equal((await ovn.trace("both", "peer")).from.address, "10.9.0.5");
    assert.equal((await ovn.trace("peer", "both")).to.address, "10.9.0.5");
    assert.equal((await ovn.trace("peer", "both.red")).to.address, "10.8.0.5");
  });
});
