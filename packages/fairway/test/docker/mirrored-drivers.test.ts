import assert from "node:assert/strict";
import { test } from "node:test";
import { physicalNetworkSpec } from "../../src/center/schemas/physical-network-spec.ts";
import type { EngineDrivers } from "../../src/docker/driver-names.ts";
import { Mirrors } from "../../src/docker/mirrors.ts";
import type { DriverName } from "../../src/driver-names.ts";
import { silent } from "../../src/logger.ts";
import { until } from "../agent/chassis.ts";
import { engineId, root } from "../center.ts";
import { EdgeCenter, hostName } from "./edge-center.ts";
import { MirroringEngine } from "./mirroring-engine.ts";

const other = "other";

/** Of a host that has one more name. */
const drivers: EngineDrivers = {
  networks: ["fairway", "vlcp"],
  ipams: ["fairway", "vlcp"],
  pairFor: (name) => {
    const driver = name === "vlcp" ? name : "fairway";
    return { network: driver, ipam: driver };
  },
};

test("B01 a mirror has the driver under whose name its network was made, in that driver's words; Fairway's own where the host has not the name", async () => {
  await using center = await EdgeCenter.start();
  const { service, api } = center;
  await service.hosts.register(other, { systemId: "other-chassis" }, root);
  const overlay = physicalNetworkSpec.parse({ type: "overlay", ranges: ["10000-11000"] });
  await service.physicalNetworks.create("vxlan", overlay, {}, root);
  const make = async (name: string, driver?: DriverName, options: Record<string, string> = {}) => {
    const id = engineId();
    const request = { subnets: [], options, ...(driver !== undefined && { driver }) };
    const { uuid } = await service.dockerNetworks.create(other, id, request, root);
    await service.dockerNetworks.describe(other, id, { name, options }, root);
    return uuid;
  };
  const options = { physicalnetwork: "vxlan", "subnet:lease_time": "60" };
  const blue = await make("blue", "vlcp", options);
  await make("green", "opencontrail");
  await make("red");
  const engine = new MirroringEngine();
  const state = await center.followState();
  await using mirrors = new Mirrors({
    api,
    engine,
    state,
    hostName,
    drivers,
    isWanted: true,
    logger: silent,
  });
  mirrors.compareSoon();
  await until("the mirrors", () => assert.equal(engine.made.length, 3));
  const made = new Map(engine.made.map((each) => [each.Name, each]));
  assert.deepEqual(
    ["blue", "green", "red"].map((name) => made.get(name)?.Driver),
    ["vlcp", "fairway", "fairway"],
  );
  assert.deepEqual(made.get("blue")?.Options, { ...options, mirror: blue });
});
