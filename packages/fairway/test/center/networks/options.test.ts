import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { handleSpec } from "../../../src/center/docker/handle-spec.ts";
import { networkOptions, readNetworkOptions } from "../../../src/center/docker/network-options.ts";
import { endpointSpec } from "../../../src/center/endpoints/endpoint-spec.ts";
import { networkSpec } from "../../../src/center/networks/network-spec.ts";
import { knownOptions } from "../../../src/center/option-text.ts";
import { subnetOptionSpec } from "../../../src/center/subnets/subnet-spec.ts";
import { FairwayError } from "../../../src/errors.ts";
import { engineId, root, TestCenter } from "../../center.ts";
import { gateway, make, subnetOf } from "./made-with-options.ts";
import { tableOf } from "./options-page.ts";

type Options = Record<string, string>;

const refused = (code: string, pattern: RegExp) => (error: unknown) =>
  error instanceof FairwayError && error.code === code && pattern.test(error.message);

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
  for (const name of ["x-mdoe", "x-network", "subnet:x-host_routes", "subnet:team"])
    assert.doesNotThrow(spelled(name), name);
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

test("D05 the smallest underlay of the hosts with containers on it, less the tunnel's overhead, is the default and the most", async () => {
  await using center = await TestCenter.start();
  const register = (name: string, underlayMtu: number, tunnelAddress = `192.0.2.${name.slice(1)}`) =>
    center.service.hosts.register(name, { systemId: `s-${name}`, tunnelAddress, underlayMtu }, root);
  const network = async (options: Options) => {
    const id = engineId();
    await center.service.dockerNetworks.create("h1", id, { subnets: [], options }, root);
    return id;
  };
  const mtuOf = (id: string) => center.service.networks.show(id, root).mtu;
  await register("h1", 9000);
  await register("h2", 9000);
  const [usual, asked] = [await network({}), await network({ "com.docker.network.driver.mtu": "8000" })];
  const start = async (host: string, id: string) => {
    const key = { host, networkId: id, endpointId: engineId() };
    await center.service.dockerEndpoints.create(key, { addresses: [] }, root);
    return key;
  };
  const joined = async (reference: string) => {
    const id = engineId();
    await center.service.dockerNetworks.create(
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
    await center.service.dockerNetworks.describe("h1", id, { name }, root);
    await start("h1", id);
  }
  const key = await start("h2", await joined("usual"));
  const other = await start("h2", await joined("asked"));
  assert.deepEqual(mtuOf(usual), { asked: null, effective: 1442 });
  assert.deepEqual(mtuOf(asked), { asked: 8000, effective: 1442 });
  await register("h2", 1500, "2001:db8::2");
  assert.deepEqual(mtuOf(usual), { asked: null, effective: 1422 });
  await center.service.dockerEndpoints.delete(key, root);
  await center.service.dockerEndpoints.delete(other, root);
  await register("h2", 9000, "192.0.2.2");
  assert.deepEqual(mtuOf(asked), { asked: 8000, effective: 1422 }, "h1 has a container on it");
});

test("D05 under running containers the MTU becomes less where a host needs it, and never more", async () => {
  await using center = await TestCenter.start();
  const register = (name: string, underlayMtu: number) =>
    center.service.hosts.register(name, { systemId: `system-${name}`, underlayMtu }, root);
  const blue = await center.network("h1", "10.1.0.0/24");
  await center.service.dockerNetworks.describe("h1", blue.id, { name: "blue" }, root);
  await register("h1", 9000);
  const web = await center.endpoint("h1", blue);
  const mtus = () => [
    center.service.networks.show(blue.uuid, root).mtu.effective,
    center.service.dockerEndpoints.show(web.key, root).mtu,
  ];
  assert.deepEqual(mtus(), [8942, 8942]);
  await register("h2", 9000);
  const id = engineId();
  await center.service.dockerNetworks.create("h2", id, { subnets: [], options: { network: "blue" } }, root);
  const db = await center.endpoint("h2", { ...blue, id });
  await register("h2", 1500);
  assert.deepEqual(mtus(), [1442, 1442]);
  await register("h2", 9000);
  assert.deepEqual(mtus(), [1442, 1442], "two containers of one network must not disagree");
  await center.service.dockerEndpoints.delete(web.key, root);
  await center.service.dockerEndpoints.delete(db.key, root);
  await register("h1", 8000);
  assert.equal(center.service.networks.show(blue.uuid, root).mtu.effective, 7942);
});

test("every known option says what it takes, and the words stand in its error", () => {
  for (const { name, value } of networkOptions) {
    assert.ok(value.length > 0, name);
    const beside = name === "organization" ? { network: "blue" } : {};
    const wrong = { ...beside, [name]: ["network", "organization"].includes(name) ? "" : "\u0000" };
    assert.throws(() => readNetworkOptions(wrong), /it takes/, name);
  }
});

for (const [heading, specs] of [
  ["## `docker network create -o`", [networkSpec, handleSpec, subnetOptionSpec]],
  ["## Options of an endpoint", [endpointSpec]],
] as const)
  test(`the page's table "${heading}" is what the specs say: every option, and every word and number that it takes`, async () => {
    const page = await readFile(new URL("../../../../../docs/network-options.md", import.meta.url), "utf8");
    const table = tableOf(page, heading);
    const known = specs.flatMap((spec) => knownOptions(spec));
    assert.deepEqual([...table.keys()].sort(), known.map(({ name }) => name).sort());
    for (const { name, value } of known) {
      const words = value.match(/^(?:one of )?([a-z]+(?:(?:, | or )[a-z]+)+)$/)?.[1]?.split(/, | or /);
      const numbers = value.match(/\d+ to \d+/)?.[0];
      const takes = table.get(name);
      if (words !== undefined) assert.deepEqual(takes?.split(", ").toSorted(), words.toSorted(), name);
      if (numbers !== undefined) assert.equal(takes, numbers, name);
    }
  });
