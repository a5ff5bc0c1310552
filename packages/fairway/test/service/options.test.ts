import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import fc from "../../../../test/fast-check.ts";
import { FairwayError } from "../../src/errors.ts";
import { cidrsOf, parseCidr, parseIp } from "../../src/ip.ts";
import { networkOptions, readNetworkOptions } from "../../src/service/network-options.ts";
import type { Network } from "../../src/service/schemas/network.ts";
import { engineId, root, TestCenter } from "../center.ts";

type Options = Record<string, string>;

const refused = (code: string, pattern: RegExp) => (error: unknown) =>
  error instanceof FairwayError && error.code === code && pattern.test(error.message);

const cidr = "192.168.1.0/24";
const gateway = "192.168.1.1";

/** What `docker network create --subnet … -o …` does, and a start of a container; all that the engine is told. */
async function make(
  center: TestCenter,
  options: Options,
  { range, internal = false }: { range?: string; internal?: boolean } = {},
) {
  await center.service.registerHost("h1", { systemId: "s1" }, root);
  const space = engineId();
  const pool = { space, family: 4, cidr, ...(range === undefined ? {} : { range }) } as const;
  const { pool: uuid } = await center.service.requestPool("h1", pool, root);
  await center.service.requestAddress("h1", uuid, { purpose: "gateway" }, root);
  const id = engineId();
  const request = { subnets: [{ space, cidr, gateway }], options, internal };
  const network = await center.service.createDockerNetwork("h1", id, request, root);
  const start = async () => {
    const { address } = await center.service.requestAddress("h1", uuid, {}, root);
    const key = { host: "h1", networkId: id, endpointId: engineId() };
    const addresses = [address.split("/")[0] ?? ""];
    return center.service.createDockerEndpoint(key, { addresses }, root);
  };
  return { network, start };
}

const subnetOf = (network: Network) => network.subnets[0] ?? assert.fail("no subnet");

test("D02 options that begin with subnet: are kept and shown on the subnet, others on the network", async () => {
  await using center = await TestCenter.start();
  const { network } = await make(center, { team: "web", "subnet:rack": "7", "x-mdoe": "nat" });
  assert.deepEqual(network.options, { team: "web", "x-mdoe": "nat" });
  assert.deepEqual(subnetOf(network).options, { rack: "7" });
});

test("D02 a slip in a subnet's option is refused with the right spelling; x- never is", () => {
  const spelled = (name: string) => () => readNetworkOptions({ [name]: "1" });
  assert.throws(spelled("subnet:host_route"), refused("invalid", /did you mean subnet:host_routes\?/));
  assert.throws(
    spelled("subnet:allocated_strat"),
    refused("invalid", /did you mean subnet:allocated_start\?/),
  );
  assert.throws(spelled("disablegatway"), refused("invalid", /did you mean disablegateway\?/));
  for (const name of ["x-mdoe", "x-mode", "subnet:x-host_route", "subnet:team"])
    assert.doesNotThrow(spelled(name), name);
});

test("D14 host routes reach every container, with a next hop or on its own link", async () => {
  await using center = await TestCenter.start();
  const routes = '[["10.9.0.0/16","192.168.1.7"],["10.8.0.1/32","0.0.0.0"]]';
  for (const text of [routes, `\`${routes}\``, routes.replaceAll('"', "'")]) {
    const { start } = await make(center, { "subnet:host_routes": text });
    const endpoint = await start();
    assert.deepEqual(
      [...endpoint.routes].sort((a, b) => a.destination.localeCompare(b.destination)),
      [{ destination: "10.8.0.1/32" }, { destination: "10.9.0.0/16", nextHop: "192.168.1.7" }],
    );
    assert.equal(endpoint.gateway, gateway);
  }
});

test("D14 host routes of IPv6 reach containers that have an address of that family, and no others", async () => {
  await using center = await TestCenter.start();
  await center.service.registerHost("h1", { systemId: "s1" }, root);
  const [id, space] = [engineId(), engineId()];
  const blue = { cidr, gateway, cidr6: "fd00:1::/64", gateway6: "fd00:1::1" };
  for (const [family, each] of [
    [4, blue.cidr],
    [6, blue.cidr6],
  ] as const)
    await center.service.requestPool("h1", { space, family, cidr: each }, root);
  const subnets = [
    { space, cidr, gateway },
    { space, cidr: blue.cidr6, gateway: blue.gateway6 },
  ];
  const options = { "subnet:host_routes": '[["fd00:9::/48","fd00:1::7"],["10.9.0.0/16","192.168.1.7"]]' };
  await center.service.createDockerNetwork("h1", id, { subnets, options }, root);
  const routesOf = async (...addresses: string[]) => {
    const key = { host: "h1", networkId: id, endpointId: engineId() };
    const { routes } = await center.service.createDockerEndpoint(key, { addresses }, root);
    return routes.map(({ destination, nextHop }) => `${destination} ${nextHop}`).sort();
  };
  const [four, six] = ["10.9.0.0/16 192.168.1.7", "fd00:9::/48 fd00:1::7"];
  assert.deepEqual(await routesOf("192.168.1.20", "fd00:1::20"), [four, six]);
  assert.deepEqual(await routesOf("192.168.1.21"), [four]);
  assert.deepEqual(await routesOf("fd00:1::22"), [six]);
});

test("D14 host routes that no container could have are refused when the network is made", async () => {
  await using center = await TestCenter.start();
  const cases: readonly (readonly [string, RegExp])[] = [
    ["10.9.0.0/16", /it takes a list of routes/],
    ['[["10.9.0.0","192.168.1.7"]]', /it takes a list of routes/],
    ['[["10.9.0.0/16"]]', /it takes a list of routes/],
    [
      '[["10.9.0.0/16","10.9.0.1"]]',
      /next hops inside the network's subnet \(192\.168\.1\.0\/24\), not 10\.9/,
    ],
    ['[["0.0.0.0/0","192.168.1.7"]]', /not the default route; that one is --gateway/],
    ['[["192.168.1.0/24","0.0.0.0"]]', /not the network's own subnet/],
    ['[["10.9.0.0/16","0.0.0.0"],["10.9.3.0/16","0.0.0.0"]]', /each destination once/],
    ['[["fd00::/64","::"]]', /it has no IPv6/],
  ];
  for (const [text, message] of cases)
    await assert.rejects(make(center, { "subnet:host_routes": text }), refused("invalid", message), text);
});

test("D15 a disabled gateway: no default route of ours, and the engine adds its own way out; false means false", async () => {
  await using center = await TestCenter.start();
  const seen = async (options: Options, internal = false) => {
    const { start } = await make(center, options, { internal });
    const { gateway, engineGateway, routes } = await start();
    return { gateway, engineGateway, routes: routes.length };
  };
  const disabled = { gateway: undefined, engineGateway: true, routes: 0 };
  const usual = { gateway, engineGateway: false, routes: 0 };
  for (const value of ["true", "True", "1", "", "`true`"]) {
    assert.deepEqual(await seen({ "subnet:disablegateway": value }), disabled, value);
    assert.deepEqual(await seen({ disablegateway: value }), disabled, value);
  }
  for (const value of ["false", "False", "0", "no"])
    assert.deepEqual(await seen({ "subnet:disablegateway": value, disablegateway: value }), usual, value);
  const routes = '[["10.9.0.0/16","192.168.1.1"]]';
  assert.deepEqual(await seen({ "subnet:disablegateway": "true", "subnet:host_routes": routes }), {
    ...disabled,
    routes: 1,
  });
  assert.deepEqual(await seen({ disablegateway: "true" }, true), { ...disabled, engineGateway: false });
  await assert.rejects(
    make(center, { disablegateway: "true", "subnet:disablegateway": "false" }),
    refused("invalid", /contradict each other/),
  );
});

test("I03 automatic addresses lie between allocated_start and allocated_end, and inside --ip-range", async () => {
  await using center = await TestCenter.start();
  const given = async (options: Options, range?: string) => {
    const { start } = await make(center, options, range === undefined ? {} : { range });
    const addresses: string[] = [];
    for (let turn = 0; turn < 10; turn++) {
      const endpoint = await start().catch((error: unknown) => {
        assert.match(String(error), /has no free address/);
      });
      if (endpoint === undefined) return addresses;
      addresses.push(...endpoint.addresses);
    }
    return addresses;
  };
  const [start, end] = ["subnet:allocated_start", "subnet:allocated_end"];
  assert.deepEqual(
    await given({ [start]: "192.168.1.99", [end]: "192.168.1.102" }),
    [99, 100, 101, 102].map((last) => `192.168.1.${last}/24`),
  );
  assert.deepEqual(
    await given({ [start]: "`192.168.1.253`" }),
    [253, 254].map((last) => `192.168.1.${last}/24`),
  );
  assert.deepEqual(await given({ [end]: "192.168.1.2" }), ["192.168.1.2/24"]);
  assert.deepEqual(
    await given({ [start]: "192.168.1.18" }, "192.168.1.16/30"),
    [18, 19].map((last) => `192.168.1.${last}/24`),
  );
  const wrong: readonly (readonly [Options, RegExp])[] = [
    [{ [start]: "10.0.0.1" }, /subnet:allocated_start=10\.0\.0\.1 .* subnet \(192\.168\.1\.0\/24\)/],
    [{ [end]: "last" }, /subnet:allocated_end=last is not valid; it takes an address/],
    [{ [start]: "192.168.1.9", [end]: "192.168.1.8" }, /no address lies between/],
  ];
  for (const [options, message] of wrong)
    await assert.rejects(make(center, options), refused("invalid", message));
});

test("D05 the smallest underlay of the hosts with containers on it, less the tunnel's overhead, is the default and the most", async () => {
  await using center = await TestCenter.start();
  const register = (name: string, underlayMtu: number, tunnelAddress = "192.0.2.1") =>
    center.service.registerHost(name, { systemId: `s-${name}`, tunnelAddress, underlayMtu }, root);
  const network = async (options: Options) => {
    const id = engineId();
    await center.service.createDockerNetwork("h1", id, { subnets: [], options }, root);
    return id;
  };
  const mtuOf = (id: string) => center.service.showNetwork(id, root).mtu;
  await register("h1", 9000);
  await register("h2", 9000, "192.0.2.2");
  const [usual, asked] = [await network({}), await network({ "com.docker.network.driver.mtu": "8000" })];
  const start = async (host: string, id: string) => {
    const key = { host, networkId: id, endpointId: engineId() };
    await center.service.createDockerEndpoint(key, { addresses: [] }, root);
    return key;
  };
  const joined = async (reference: string) => {
    const id = engineId();
    await center.service.createDockerNetwork(
      "h2",
      id,
      { subnets: [], options: { network: reference } },
      root,
    );
    return id;
  };
  assert.deepEqual(mtuOf(usual), { asked: null, effective: 8942 });
  assert.deepEqual(mtuOf(asked), { asked: 8000, effective: 8000 });
  await register("h2", 1500, "192.0.2.2");
  assert.deepEqual(mtuOf(usual), { asked: null, effective: 8942 }, "h2 has no container on it");
  for (const [id, name] of [
    [usual, "usual"],
    [asked, "asked"],
  ] as const) {
    await center.service.describeDockerNetwork("h1", id, { name }, root);
    await start("h1", id);
  }
  const key = await start("h2", await joined("usual"));
  const other = await start("h2", await joined("asked"));
  assert.deepEqual(mtuOf(usual), { asked: null, effective: 1442 });
  assert.deepEqual(mtuOf(asked), { asked: 8000, effective: 1442 });
  await register("h2", 1500, "2001:db8::2");
  assert.deepEqual(mtuOf(usual), { asked: null, effective: 1422 });
  await center.service.deleteDockerEndpoint(key, root);
  await center.service.deleteDockerEndpoint(other, root);
  await register("h2", 9000, "192.0.2.2");
  assert.deepEqual(mtuOf(asked), { asked: 8000, effective: 1422 }, "h1 has a container on it");
});

test("D05 under running containers the MTU becomes less where a host needs it, and never more", async () => {
  await using center = await TestCenter.start();
  const register = (name: string, underlayMtu: number) =>
    center.service.registerHost(name, { systemId: `system-${name}`, underlayMtu }, root);
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.service.describeDockerNetwork("h1", blue.id, { name: "blue" }, root);
  await register("h1", 9000);
  const web = await center.endpoint("h1", blue);
  const mtus = () => [
    center.service.showNetwork(blue.uuid, root).mtu.effective,
    center.service.showDockerEndpoint(web.key, root).mtu,
  ];
  assert.deepEqual(mtus(), [8942, 8942]);
  await register("h2", 9000);
  const id = engineId();
  await center.service.createDockerNetwork("h2", id, { subnets: [], options: { network: "blue" } }, root);
  const db = await center.endpoint("h2", { ...blue, id });
  await register("h2", 1500);
  assert.deepEqual(mtus(), [1442, 1442]);
  await register("h2", 9000);
  assert.deepEqual(mtus(), [1442, 1442], "two containers of one network must not disagree");
  await center.service.deleteDockerEndpoint(web.key, root);
  await center.service.deleteDockerEndpoint(db.key, root);
  await register("h1", 8000);
  assert.equal(center.service.showNetwork(blue.uuid, root).mtu.effective, 7942);
});

test("every known option says what it takes, and the words stand in its error", () => {
  for (const { name, value } of networkOptions) {
    assert.ok(value.length > 0, name);
    assert.throws(() => readNetworkOptions({ [name]: name === "network" ? "" : "\u0000" }), /it takes/, name);
  }
});

test("a span is covered exactly by the fewest subnets", () => {
  const byte = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(byte, byte, (one, other) => {
      const base = parseIp("10.1.0.0").value;
      const span = { first: base + BigInt(Math.min(one, other)), last: base + BigInt(Math.max(one, other)) };
      const cidrs = cidrsOf(4, span);
      assert.equal(cidrs[0]?.first, span.first);
      assert.equal(cidrs.at(-1)?.last, span.last);
      for (const [at, cidr] of cidrs.entries())
        if (at > 0) assert.equal(cidr.first, (cidrs[at - 1]?.last ?? 0n) + 1n);
      assert.ok(cidrs.length <= 16);
    }),
  );
  assert.deepEqual(cidrsOf(4, { first: 0n, last: 0xffff_ffffn }), [parseCidr("0.0.0.0/0")]);
});

test("the page of options names every known one", async () => {
  const page = await readFile(new URL("../../../../docs/network-options.md", import.meta.url), "utf8");
  for (const { name } of networkOptions) assert.ok(page.includes(`\`${name}\``), name);
});
