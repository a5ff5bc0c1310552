import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import { dumpForeign, makeForeign } from "../../lab/foreign.ts";
import type { Host } from "../../lab/host/host.ts";
import { busyboxImage } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import {
  address6Of,
  addressOf,
  createNetwork,
  macOf,
  ping,
  removeAll,
  startContainer,
} from "./docker-network.ts";
import { needsDocker28, variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

describe(`one host with Docker's engine of ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let foreign: string;
  let clean: string;

  before(async () => {
    lab = await Lab.start({ hosts: 1, variant });
    h1 = lab.host("h1");
    await makeForeign(h1);
    foreign = await dumpForeign(h1);
    await startFairway(lab);
    clean = await tracesOf(h1);
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(() => removeAll(h1, ["web", "db"], ["blue", "red"]));

  it("D01 two containers of a network ping each other by address", async () => {
    await createNetwork(h1, "blue");
    await startContainer(h1, "web", "blue");
    await startContainer(h1, "db", "blue");
    const [web, db] = [await addressOf(h1, "web"), await addressOf(h1, "db")];
    assert.notEqual(web, db);
    await ping(h1, "web", db);
    await ping(h1, "db", web);
  });

  it("D03 a network that was removed is gone from intent, OVN, Open vSwitch and kernel", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await startContainer(h1, "web", "blue");
    assert.notEqual(await tracesOf(h1), clean);
    await h1.docker("rm", "--force", "web");
    await h1.docker("network", "rm", "blue");
    await becomes(h1, clean);
  });

  it("D04 a chosen MAC is the container's, a made-up one is local and unique; both stand in docker inspect", async () => {
    await createNetwork(h1, "blue");
    await startContainer(h1, "web", "blue", "--mac-address", "02:42:ac:11:00:99");
    await startContainer(h1, "db", "blue");
    for (const name of ["web", "db"]) {
      const link = await h1.docker("exec", name, "cat", "/sys/class/net/eth0/address");
      assert.equal(await macOf(h1, name), link);
    }
    assert.equal(await macOf(h1, "web"), "02:42:ac:11:00:99");
    assert.match(await macOf(h1, "db"), /^.[26ae]:/);
  });

  it("D06 the gateway is the default route, the first usable address by default, and it answers", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await createNetwork(
      h1,
      "red",
      "--subnet",
      "10.2.0.0/24",
      "--gateway",
      "10.2.0.254",
      "--ip-range",
      "10.2.0.16/28",
    );
    await startContainer(h1, "web", "blue");
    await startContainer(h1, "db", "red");
    assert.match(await h1.docker("exec", "web", "ip", "route"), /^default via 10\.1\.0\.1 dev eth0/m);
    assert.match(await h1.docker("exec", "db", "ip", "route"), /^default via 10\.2\.0\.254 dev eth0/m);
    assert.equal(await addressOf(h1, "db"), "10.2.0.16");
    await ping(h1, "web", "10.1.0.1");
    await ping(h1, "db", "10.2.0.254");
  });

  it("D07 a static address is exactly the container's; taken, foreign or out of range is a clear error", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await startContainer(h1, "web", "blue", "--ip", "10.1.0.77");
    assert.equal(await addressOf(h1, "web"), "10.1.0.77");
    assert.match(
      await h1.docker("exec", "web", "ip", "-4", "address", "show", "eth0"),
      /inet 10\.1\.0\.77\/24/,
    );
    const refused = (ip: string) => startContainer(h1, "db", "blue", "--ip", ip);
    await assert.rejects(refused("10.1.0.77"), /10\.1\.0\.77 is already in use by container web/);
    await h1.docker("rm", "--force", "db");
    await assert.rejects(refused("10.1.0.1"), /10\.1\.0\.1 is already in use by the gateway/);
    await h1.docker("rm", "--force", "db");
    await assert.rejects(refused("10.1.0.255"), /10\.1\.0\.255 is not one that a host can have/);
    await h1.docker("rm", "--force", "db");
    await assert.rejects(refused("10.9.0.7"), /10\.9\.0\.7|no configured subnet/i);
  });

  it("D08 an internal network has no default route, no second NIC and no way out", async () => {
    await createNetwork(h1, "blue", "--internal", "--subnet", "10.1.0.0/24");
    await startContainer(h1, "web", "blue");
    await startContainer(h1, "db", "blue");
    assert.doesNotMatch(await h1.docker("exec", "web", "ip", "route"), /default/);
    const links = await h1.docker("exec", "web", "ls", "/sys/class/net");
    assert.deepEqual(
      links.split(/\s+/).filter((name) => name.startsWith("eth")),
      ["eth0"],
    );
    await ping(h1, "web", await addressOf(h1, "db"));
    const out = await h1.run(["docker", "exec", "web", "ping", "-c", "1", "-W", "1", h1.address], {
      check: false,
    });
    assert.notEqual(out.code, 0);
    assert.match(out.stdout + out.stderr, /unreachable/i);
    const { uuid } = JSON.parse(await h1.sh("fairway -o json network show blue"));
    assert.equal(
      await h1.sh(
        `ovn-nbctl --bare --columns=name find Logical_Router 'external_ids:fairway~=.*${uuid}' || true`,
      ),
      "",
    );
    assert.doesNotMatch(
      await h1.sh("ovs-vsctl --bare --columns=external_ids list Interface"),
      new RegExp(`(leg|reach)/${uuid}`),
    );
  });

  it("D11 dual stack: a container has an address of each family, neighbours and gateway answer in both", async () => {
    await createNetwork(h1, "blue", "--ipv6", "--subnet", "10.1.0.0/24", "--subnet", "fd00:b1::/64");
    await startContainer(h1, "web", "blue", "--ip6", "fd00:b1::99");
    await startContainer(h1, "db", "blue");
    assert.equal(await address6Of(h1, "web"), "fd00:b1::99");
    assert.match(await h1.docker("exec", "db", "ip", "-6", "route"), /^default via fd00:b1::1 dev eth0/m);
    for (const target of ["fd00:b1::99", "fd00:b1::1", await addressOf(h1, "web"), "10.1.0.1"])
      await ping(h1, "db", target);
    await ping(h1, "web", await address6Of(h1, "db"));
  });

  it("D11 IPv6 only: a container has no IPv4 address, and is reached", { skip: needsDocker28 }, async () => {
    await createNetwork(h1, "blue", "--ipv4=false", "--ipv6", "--subnet", "fd00:b1::/64");
    await startContainer(h1, "web", "blue");
    await startContainer(h1, "db", "blue");
    assert.equal(await h1.docker("exec", "web", "ip", "-4", "address", "show", "eth0"), "");
    for (const target of [await address6Of(h1, "web"), "fd00:b1::1"]) await ping(h1, "db", target);
  });

  it("D17 a bad request gets 400 or 404 with a clear error and changes nothing", async () => {
    await becomes(h1, clean);
    const post = (path: string, body: string) =>
      h1.sh(`curl -s -o /tmp/answer -w '%{http_code} ' --unix-socket /run/docker/plugins/fairway.sock \
        -X POST --data-binary '${body}' http://plugin${path}; cat /tmp/answer`);
    assert.match(await post("/NetworkDriver.CreateNetwork", ""), /^400 \{.*"Err":"[^"]+".*\}$/);
    assert.match(await post("/NetworkDriver.CreateNetwork", "{broken"), /^400 \{.*"Err":"[^"]+".*\}$/);
    assert.match(await post("/NetworkDriver.Nonsense", "{}"), /^404 \{.*"Err":"[^"]+".*\}$/);
    const unknown =
      '{"NetworkID":"' +
      "0".repeat(64) +
      '","EndpointID":"' +
      "1".repeat(64) +
      '","Interface":{},"Options":{}}';
    assert.match(
      await post("/NetworkDriver.CreateEndpoint", unknown),
      /^[45]\d\d \{.*"Err":"[^"]*000000000000[^"]*".*\}$/,
    );
    assert.match(await post("/IpamDriver.RequestAddress", "{}"), /^[45]\d\d \{.*"Error":"[^"]+".*\}$/);
    assert.equal(await tracesOf(h1), clean);
  });

  it("D13 the operational facts of an endpoint are shown", async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await startContainer(h1, "web", "blue");
    const shown = await until("the container's name to be known", async () => {
      const { stdout, code } = await h1.run(["fairway", "endpoint", "show", "web", "-o", "json"], {
        check: false,
      });
      return code === 0 && stdout;
    });
    const endpoint = JSON.parse(shown);
    assert.equal(endpoint.host, "h1");
    assert.deepEqual(endpoint.addresses, ["10.1.0.2/24"]);
    assert.equal(endpoint.network.name, "blue");
    const port = await h1.sh(
      `ovn-nbctl --bare --columns=addresses list Logical_Switch_Port ${endpoint.uuid}`,
    );
    assert.equal(port, `${endpoint.mac} 10.1.0.2`);
  });

  it("one id follows a docker run from the plugin's socket to ovn-installed", async () => {
    await createNetwork(h1, "blue");
    await startContainer(h1, "web", "blue");
    const lines = (await h1.sh("cat /var/log/fairway.log")).split("\n").map((line) => JSON.parse(line));
    const installed = lines.findLast(({ msg }) => /ovn-installed/.test(msg));
    assert.ok(installed?.request, "the line that says ovn-installed names its request");
    const followed = lines.filter(
      ({ request, requests }) => request === installed.request || requests?.includes(installed.request),
    );
    const text = followed.map((line) => JSON.stringify(line)).join("\n");
    for (const stage of ["RequestAddress", "CreateEndpoint", "Join", "applied to Northbound"])
      assert.match(text, new RegExp(stage), `${stage} stands in\n${text}`);
  });

  it("X09 nothing foreign is touched", async () => {
    await createNetwork(h1, "blue");
    await h1.docker("run", "--rm", "--network", "blue", busyboxImage, "true");
    await h1.docker("network", "rm", "blue");
    assert.equal(await dumpForeign(h1), foreign);
  });
});
