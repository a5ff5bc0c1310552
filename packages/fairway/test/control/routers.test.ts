import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { derive, routerMac } from "../../src/identity.ts";
import { type MadeEndpoint, type MadeNetwork, root, TestCenter, until } from "../center.ts";
import { Northd } from "./northd.ts";

interface Place {
  readonly network: MadeNetwork;
  readonly endpoint: MadeEndpoint;
}

const uplinkOf = ({ network }: Place) => derive("leg", network.uuid);

describe("packets of networks on one router", () => {
  let center: TestCenter;
  let northd: Northd;
  let blue: Place;
  let green: Place;

  before(async () => {
    center = await TestCenter.start();
    northd = new Northd(center.server);
    blue = await place("h1", "10.1.0.0/24");
    // A prefix that is shorter than the transit links' and than blue's.
    green = await place("h2", "10.2.0.0/16");
    await center.service.routers.create({ name: "r", routes: {}, labels: {}, options: {} }, {}, root);
  });
  after(async () => {
    await northd[Symbol.asyncDispose]();
    await center[Symbol.asyncDispose]();
  });

  async function place(
    host: string,
    cidr: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Place> {
    // ovn-trace 23.03 takes no wildcard for a source.
    const network = await center.network(host, cidr, { more: { "port-security": "off", ...more } });
    return { network, endpoint: await center.endpoint(host, network) };
  }

  const attach = (...places: readonly Place[]) =>
    Promise.all(
      places.map(({ network }) =>
        center.service.routers.attach("r", network.uuid, { addresses: [], options: {} }, {}, root),
      ),
    );
  const detach = ({ network }: Place) => center.service.routers.detach("r", network.uuid, {}, root);

  /** Where a packet of a container goes. */
  async function sent({ network, endpoint }: Place, to: string) {
    await center.settled();
    const source = `inport == "${endpoint.uuid}" && eth.src == ${endpoint.mac} && eth.dst == ${routerMac(network.uuid)}`;
    return northd.trace(
      network.uuid,
      `${source} && ip4.src == ${endpoint.ip} && ip4.dst == ${to} && ip.ttl == 64`,
    );
  }

  test("R01 they reach each other in one hop while they are attached, and go out by uplinks of their own", async () => {
    assert.deepEqual(
      (await sent(blue, green.endpoint.ip)).ports,
      [uplinkOf(blue)],
      "before, it leaves by the host",
    );
    await attach(blue, green);
    for (const [from, to] of [
      [blue, green],
      [green, blue],
    ] as const) {
      const { ports, hops } = await sent(from, to.endpoint.ip);
      assert.deepEqual([ports, hops], [[to.endpoint.uuid], 1]);
      for (const address of ["192.0.2.1", "169.254.77.2", "169.254.53.53"])
        assert.deepEqual((await sent(from, address)).ports, [uplinkOf(from)], address);
    }
    await detach(green);
    assert.deepEqual((await sent(blue, green.endpoint.ip)).ports, [uplinkOf(blue)]);
    assert.deepEqual((await sent(green, "192.0.2.1")).ports, [uplinkOf(green)]);
    await detach(blue);
  });

  test("R01 N01 what they answer to hosts that reach both goes to the port of that network", async () => {
    const numbers = new Map(Array.from(center.store.view.rows("Host"), ({ name, number }) => [name, number]));
    await attach(blue, green);
    await center.store.change((draft) => {
      for (const { network } of [blue, green])
        for (const { _uuid: host } of draft.rows("Host"))
          draft.insert("Host_Access", derive("test-access", network.uuid, host), {
            network: network.uuid,
            host,
            until: Number.MAX_SAFE_INTEGER,
          });
    });
    await until(() => center.controller.pending === 0);
    for (const [from, host] of [
      [blue, "h2"],
      [green, "h1"],
    ] as const) {
      const [row] = center.store.view.find("Host", "byName", host);
      const port = derive("reach", from.network.uuid, row?._uuid ?? "");
      assert.deepEqual((await sent(from, `169.254.80.${numbers.get(host)}`)).ports, [port]);
    }
    await Promise.all([blue, green].map(detach));
  });

  test("R01 S03 one that has no way out gets none by the others'", async () => {
    const shut = await place("h1", "10.3.0.0/24", { mode: "isolated" });
    await attach(blue, shut);
    assert.deepEqual((await sent(shut, blue.endpoint.ip)).ports, [blue.endpoint.uuid]);
    for (const address of ["192.0.2.1", "169.254.77.2", "169.254.80.2", "169.254.95.254"])
      assert.deepEqual((await sent(shut, address)).ports, [], address);
    await Promise.all([blue, shut].map(detach));
  });

  test("R02 a static route leads on by its next hop, from every network of the router", async () => {
    await attach(blue, green);
    const routes = { "10.9.0.0/16": green.endpoint.ip };
    await center.service.routers.update("r", { routes }, {}, root);
    const { ports, hops } = await sent(blue, "10.9.0.1");
    assert.deepEqual([ports, hops], [[green.endpoint.uuid], 1]);
    await center.service.routers.update("r", { routes: { "0.0.0.0/0": green.endpoint.ip } }, {}, root);
    assert.deepEqual((await sent(blue, "192.0.2.1")).ports, [green.endpoint.uuid], "a default route, too");
    for (const address of ["169.254.77.2", "169.254.53.53"])
      assert.deepEqual((await sent(blue, address)).ports, [uplinkOf(blue)], address);
    await center.service.routers.update("r", { routes: null }, {}, root);
    assert.deepEqual((await sent(blue, "10.9.0.1")).ports, [uplinkOf(blue)]);
    await Promise.all([blue, green].map(detach));
  });
});
