import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostTaken } from "../../../src/center/schemas/host.ts";
import { FairwayError } from "../../../src/errors.ts";
import { engineId, root, TestCenter } from "../../center.ts";

const lan: HostTaken = { cidr: "10.50.0.0/16", kind: "route", device: "eth0" };
const docker0: HostTaken = { cidr: "172.17.0.0/16", kind: "route", device: "docker0" };
const resolver: HostTaken = { cidr: "10.60.0.53/32", kind: "name server" };

const refused = (code: string, pattern: RegExp) => (error: unknown) =>
  error instanceof FairwayError && error.code === code && pattern.test(error.message);

const register = (center: TestCenter, name: string, taken?: HostTaken[], tunnelAddress?: string) =>
  center.service.hosts.register(
    name,
    { systemId: `system-${name}`, ...(taken && { taken }), ...(tunnelAddress && { tunnelAddress }) },
    root,
  );

/** A network as an engine makes it with another IPAM driver; its id. */
async function make(
  center: TestCenter,
  cidr: string,
  options: Record<string, string> = {},
  internal = false,
): Promise<string> {
  const [id, gateway] = [engineId(), cidr.replace(/0\/\d+$/, "1")];
  const subnets = [{ space: "LocalDefault", cidr, gateway }];
  await center.service.dockerNetworks.create("h1", id, { subnets, options, internal, managed: false }, root);
  return id;
}

const statusOf = (center: TestCenter, id: string) => center.service.networks.show(id, root).status["subnets"];
const automatic = async (center: TestCenter, avoid: readonly string[] = []) =>
  (await center.service.pools.request("h1", { space: "x", family: 4, avoid: [...avoid] }, root)).cidr;

test("I01 what any host has is said of a network that hides it, by host, and again when hosts join and their routes change", async () => {
  await using center = await TestCenter.start();
  await register(center, "h1", [docker0]);
  await register(center, "h2", [docker0, lan, resolver]);
  assert.equal(statusOf(center, await make(center, "10.1.0.0/24")), undefined);
  const wide = await make(center, "10.48.0.0/12");
  assert.equal(
    statusOf(center, wide),
    "10.48.0.0/12 overlaps route 10.50.0.0/16 (eth0) of h2; 10.48.0.0/12 overlaps name server 10.60.0.53 of h2: its containers do " +
      "not reach that, and those hosts do not reach its containers there",
  );
  const bridge = await make(center, "172.17.4.0/24");
  assert.match(statusOf(center, bridge) ?? "", /overlaps route 172\.17\.0\.0\/16 \(docker0\) of h1, h2:/);
  await register(center, "h3", [lan]);
  assert.match(statusOf(center, wide) ?? "", /\(eth0\) of h2, h3;/);
  await center.service.dockerNetworks.describe("h1", wide, { name: "wide" }, root);
  const host = (name: string) => center.service.hosts.show(name, root);
  assert.equal(
    host("h3").status["subnets"],
    "its route 10.50.0.0/16 (eth0) overlaps 10.48.0.0/12 of network wide",
  );
  assert.deepEqual(host("h3").taken, [lan]);
  // A host that has not looked yet changes nothing.
  await register(center, "h3");
  assert.deepEqual(host("h3").taken, [lan]);
  await register(center, "h3", []);
  await register(center, "h2", [docker0]);
  assert.deepEqual([statusOf(center, wide), host("h3").status], [undefined, {}]);
  assert.deepEqual(
    center.service.hosts.list({}, root).map(({ status }) => status["subnets"] !== undefined),
    [true, true, false],
  );
});

test("I01 of a network that leads to no host nothing is said, and without host access only what its containers miss", async () => {
  await using center = await TestCenter.start();
  await register(center, "h1", [lan]);
  assert.equal(statusOf(center, await make(center, "10.50.1.0/24", { mode: "isolated" })), undefined);
  assert.equal(statusOf(center, await make(center, "10.50.1.0/24", {}, true)), undefined);
  const closed = await make(center, "10.50.1.0/24", { "host-access": "false" });
  assert.match(statusOf(center, closed) ?? "", /: its containers do not reach that$/);
});

test("I01 a name server that is a container of the network is not hidden by it", async () => {
  await using center = await TestCenter.start();
  await register(center, "h1", [{ cidr: "10.1.0.2/32", kind: "name server" }]);
  const blue = await center.network("h1", "10.1.0.0/24");
  assert.match(statusOf(center, blue.id) ?? "", /name server 10\.1\.0\.2 of h1/);
  await center.endpoint("h1", blue);
  assert.equal(statusOf(center, blue.id), undefined);
});

test("D17 hosts' tunnel addresses, every address and what the center keeps are refused, and nothing is made", async () => {
  await using center = await TestCenter.start({ reservedSubnets: ["10.70.0.0/16"] });
  await register(center, "h1", [], "192.0.2.1");
  await register(center, "h2", [], "192.0.2.2");
  await assert.rejects(
    make(center, "192.0.2.0/28"),
    refused("invalid", /192\.0\.2\.0\/28 has the tunnel address 192\.0\.2\.1 of host h1.*mode=isolated/),
  );
  await assert.rejects(
    make(center, "0.0.0.0/0"),
    refused("invalid", /0\.0\.0\.0\/0 is every address there is/),
  );
  await assert.rejects(
    make(center, "10.70.3.0/24", { mode: "isolated" }),
    refused("invalid", /10\.70\.3\.0\/24 overlaps 10\.70\.0\.0\/16, .*addresses\.reserved/),
  );
  assert.equal([...center.store.view.rows("Network")].length, 0);
  for (const [options, internal] of [
    [{ mode: "isolated" }, false],
    [{}, true],
  ] as const)
    await make(center, "192.0.2.0/28", options, internal);
  // What is there already is said when a host comes whose address lies in it.
  const blue = await make(center, "10.44.0.0/24");
  await register(center, "h3", [], "10.44.0.9");
  assert.match(statusOf(center, blue) ?? "", /tunnel address 10\.44\.0\.9 of h3/);
});

test("I01 an automatic subnet overlaps nothing that any host has, nor what the center keeps", async () => {
  await using center = await TestCenter.start({ reservedSubnets: ["10.128.1.0/24"] });
  const route = (cidr: string): HostTaken => ({ cidr, kind: "route" });
  await register(center, "h1", []);
  await register(center, "h2", [route("10.128.0.0/24"), route("10.128.2.7/32"), route("128.0.0.0/1")]);
  await register(center, "h3", [], "10.128.3.9");
  assert.equal(await automatic(center), "10.128.4.0/24");
});

test("I01 who leaves no room for an automatic subnet is named: a network, a route of any host", async () => {
  await using center = await TestCenter.start();
  await register(center, "h1", []);
  await register(center, "h2", [{ cidr: "10.192.0.0/10", kind: "route" }]);
  const wide = await make(center, "10.128.0.0/10");
  await center.service.dockerNetworks.describe("h1", wide, { name: "wide" }, root);
  await assert.rejects(
    automatic(center, ["10.224.0.0/11"]),
    refused(
      "exhausted",
      /\(10\.128\.0\.0\/9\) are used up: network wide has 10\.128\.0\.0\/10, host h2 has the route 10\.192\.0\.0\/10, this host has a route to 10\.224\.0\.0\/11; give/,
    ),
  );
});
