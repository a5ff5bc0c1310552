import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { root, until } from "../../center.ts";
import { CenterWithNorthd } from "./northd.ts";

const tcp = { protocol: "tcp", port: 5432 } as const;

describe("packets by OVN's own tables", () => {
  let ovn: CenterWithNorthd;
  /** Of endpoints, by the names of their containers. */
  const uuids: Record<string, string> = {};

  before(async () => {
    ovn = await CenterWithNorthd.start();
    const { center } = ovn;
    const { service } = center;
    const named = async (cidr: string, name: string, more?: Record<string, string>) => {
      const network = await center.network("h1", cidr, { ...(more && { more }) });
      await service.dockerNetworks.describe("h1", network.id, { name, options: more ?? {} }, root);
      return network;
    };
    const blue = await named("10.1.0.0/24", "blue", { name: "Office" });
    await service.hosts.register("h1", { systemId: "system-h1", tunnelAddress: "192.0.2.11" }, root);
    await service.hosts.register("h2", { systemId: "system-h2", tunnelAddress: "192.0.2.12" }, root);
    const networks = {
      blue: [blue, await center.join("h2", blue)],
      red: [await named("10.2.0.0/24", "red")],
      open: [await named("10.3.0.0/24", "open", { mode: "routed" })],
      lone: [await named("10.4.0.0/24", "lone", { mode: "isolated" })],
    } as const;
    for (const [name, network, host, ip] of [
      ["web", networks.blue[0], "h1", "10.1.0.2"],
      ["db", networks.blue[1], "h2", "10.1.0.3"],
      ["late", networks.blue[1], "h2", "10.1.0.4"],
      ["shop", networks.red[0], "h1", "10.2.0.2"],
      ["site", networks.open[0], "h1", "10.3.0.2"],
      ["hermit", networks.lone[0], "h1", "10.4.0.2"],
    ] as const) {
      const made = await center.endpoint(host, network, ip);
      uuids[name] = made.uuid;
      await service.dockerEndpoints.describe(made.key, { containerName: name, names: [name] }, root);
      if (name === "shop")
        await service.dockerEndpoints.publish(
          made.key,
          { ports: [{ protocol: "tcp", port: 80, hostAddress: null, hostPort: 8080 }] },
          root,
        );
    }
    const { late: _, ...rest } = uuids;
    await ovn.installed(...Object.values(rest));
    await until(() => Object.values(rest).every((uuid) => center.controller.isUp(uuid)));
  });
  after(() => ovn[Symbol.asyncDispose]());

  test("O04 a packet to a container on another host is delivered, by the network's switch and a tunnel", async () => {
    const trace = await ovn.trace("web", "db", tcp);
    assert.equal(trace.verdict, "delivered");
    assert.match(trace.reason, /both are on network blue \(Office\), and nothing drops it/);
    assert.deepEqual(
      trace.steps.map(({ at, name }) => [at, name]),
      [
        ["sender", "container web"],
        ["switch", "blue"],
        ["tunnel", "geneve"],
        ["receiver", "container db"],
      ],
    );
    assert.match(trace.steps[2]?.does ?? "", /h1 \(192\.0\.2\.11\) to host h2 \(192\.0\.2\.12\)/);
    assert.deepEqual(trace.to, {
      kind: "container",
      name: "db",
      address: "10.1.0.3",
      network: "blue (Office)",
      host: "h2",
    });
  });

  test("O04 addresses, names with their network, UUIDs and ids name the same container", async () => {
    for (const to of ["10.1.0.3", "db.blue", "db@blue", "10.1.0.3@blue", uuids["db"] ?? ""])
      assert.equal((await ovn.trace("10.1.0.2", to, tcp)).to.name, "db", to);
  });

  test("O04 a packet for the outside leaves by the router and the sender's host, under the host's address", async () => {
    const trace = await ovn.trace("web", "203.0.113.9", tcp);
    assert.equal(trace.verdict, "leaves");
    assert.match(trace.reason, /host h1 leads it on by its own routes, under the host's address \(NAT\)/);
    assert.deepEqual(
      trace.steps.map(({ at }) => at),
      ["sender", "switch", "router", "switch", "host"],
    );
    assert.match(trace.steps[2]?.does ?? "", /takes its route 0\.0\.0\.0\/0 by 169\.254\.77\.2/);
    const own = await ovn.trace("site", "203.0.113.9");
    assert.match(own.reason, /under its own address 10\.3\.0\.2/);
  });

  test("O04 another network is not reached: the verdict names the host that drops it, and why", async () => {
    const trace = await ovn.trace("web", "shop", tcp);
    assert.equal(trace.verdict, "dropped");
    assert.match(trace.reason, /host h1 drops it: network red has the mode nat/);
    const routed = await ovn.trace("web", "site", tcp);
    assert.equal(routed.verdict, "delivered");
    assert.match(routed.reason, /host h1 leads it into network open, which is routed/);
    const hermit = await ovn.trace("web", "hermit", tcp);
    assert.equal(hermit.verdict, "dropped");
    assert.match(hermit.reason, /no way into network lone/);
    const out = await ovn.trace("hermit", "203.0.113.9");
    assert.equal(out.verdict, "dropped");
    assert.match(out.reason, /the router has no route/);
  });

  test("O04 what a host publishes leads to its container, for its own gateway, too", async () => {
    const web = { protocol: "tcp", port: 8080 } as const;
    for (const to of ["h1", "192.0.2.11", "10.1.0.1"]) {
      const trace = await ovn.trace("web", to, web);
      assert.equal(trace.verdict, "delivered", to);
      assert.match(trace.reason, /host h1 leads its port 8080 to port 80 of container shop \(DNAT\)/);
    }
    const far = await ovn.trace("db", "h1", web);
    assert.match(
      far.steps.map(({ does }) => does).join("; "),
      /leads it on to host h1, under the host's address \(NAT\)/,
    );
    const service = await ovn.trace("web", "10.1.0.1", { protocol: "tcp", port: 22 });
    assert.equal(service.verdict, "leaves");
    assert.match(service.reason, /host h1 gets it itself: what listens there on port 22 of TCP answers/);
    assert.match(service.steps[1]?.does ?? "", /changes its destination to 169\.254\.77\.2/);
  });

  test("O04 from outside a host leads what it publishes to the container, and nothing else into a network with NAT", async () => {
    const web = { protocol: "tcp", port: 8080 } as const;
    const trace = await ovn.trace("203.0.113.9", "h1", web);
    assert.equal(trace.verdict, "delivered", trace.reason);
    assert.match(trace.reason, /host h1 leads its port 8080 to port 80 of container shop \(DNAT\)/);
    assert.deepEqual(
      trace.steps.map(({ at, name }) => [at, name]),
      [
        ["host", "h1"],
        ["switch", "red (transit)"],
        ["router", "red"],
        ["switch", "red"],
        ["receiver", "container shop"],
      ],
    );
    assert.equal((await ovn.trace("h2", "192.0.2.11", web)).verdict, "delivered");
    assert.match((await ovn.trace("203.0.113.9", "h2", web)).reason, /host h2 gets it itself/);
    const nat = await ovn.trace("203.0.113.9", "shop", tcp);
    assert.deepEqual([nat.verdict, nat.from.kind], ["dropped", "address"]);
    assert.match(nat.reason, /network red has the mode nat: hosts let in what it publishes/);
    const routed = await ovn.trace("203.0.113.9", "10.3.0.2", tcp);
    assert.equal(routed.verdict, "delivered");
    assert.match(routed.reason, /host h1 leads it into network open/);
    assert.match((await ovn.trace("203.0.113.9", "hermit")).reason, /network lone leads to no host/);
    assert.equal((await ovn.trace("203.0.113.9", "198.51.100.7")).verdict, "leaves");
  });

  test("O04 a host reaches containers of its own, and those of other hosts by its interface and a tunnel", async () => {
    const own = await ovn.trace("h1", "shop");
    assert.equal(own.verdict, "delivered", own.reason);
    const far = await ovn.trace("h1", "db", tcp);
    assert.equal(far.verdict, "delivered", far.reason);
    assert.deepEqual(far.from, {
      kind: "host",
      name: "h1",
      address: "192.0.2.11",
      network: null,
      host: "h1",
    });
    assert.deepEqual(far.steps.at(-2)?.at, "tunnel");
    const idle = await ovn.trace("h2", "shop");
    assert.equal(idle.verdict, "leaves");
    assert.match(idle.reason, /host h2 has no way into network red until somebody on it sends there/);
    assert.match((await ovn.trace("h1", "hermit")).reason, /network lone leads to no host/);
  });

  test("O04 the router answers pings of its own", async () => {
    const trace = await ovn.trace("web", "10.1.0.1");
    assert.equal(trace.verdict, "delivered");
    assert.equal(trace.reason, "the router answers it by itself");
    assert.equal(trace.to.kind, "gateway");
  });

  test("O04 a guard that drops is named", async () => {
    const trace = await ovn.trace("web", "db", { protocol: "udp", port: 68 });
    assert.equal(trace.verdict, "dropped");
    assert.equal(trace.reason, "a rule drops it: containers may not answer as DHCP servers");
  });

  test("O04 a port that its host has not put in place yet is named, with the host", async () => {
    const trace = await ovn.trace("web", "late", tcp);
    assert.equal(trace.verdict, "not-installed");
    assert.equal(trace.reason, "container late is not installed yet on h2");
    const back = await ovn.trace("late", "web", tcp);
    assert.equal(back.verdict, "not-installed");
  });

  test("O04 an address that nobody has is not answered for", async () => {
    const trace = await ovn.trace("web", "10.1.0.77");
    assert.equal(trace.verdict, "dropped");
    assert.match(trace.reason, /nobody on network blue \(Office\) has the address 10\.1\.0\.77/);
  });

  test("O04 who is not there is an error that names what is called nearly so", async () => {
    await assert.rejects(ovn.trace("wbe", "db"), {
      code: "not_found",
      message: /no endpoint "wbe"; did you mean "web"\?/,
    });
    await assert.rejects(ovn.trace("web", "db.red"), {
      code: "not_found",
      message: /db is not on network red/,
    });
    await assert.rejects(ovn.trace("web", "224.0.0.5"), {
      code: "invalid",
      message: /no one machine's address/,
    });
    await assert.rejects(ovn.trace("web", "db", { protocol: "tcp" }), {
      code: "invalid",
      message: /needs port/,
    });
    await assert.rejects(ovn.trace("web", "2001:db8::9"), {
      code: "invalid",
      message: /no address of the family/,
    });
  });
});

test("O04 only who may read the cluster may ask", async () => {
  await using ovn = await CenterWithNorthd.start();
  const stranger = { ...root, caller: { kind: "stranger", reason: "no certificate" } as const };
  await assert.rejects(ovn.center.service.traces.trace({ from: "a", to: "b", protocol: "icmp" }, stranger), {
    code: "forbidden",
  });
});
