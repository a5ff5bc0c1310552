import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import type { Host } from "../../lab/host/host.ts";
import { until } from "../../lab/until.ts";
import { addressOf, macOf, startContainer } from "./docker-network.ts";
import { inVlan, LanHosts } from "./lan-hosts.ts";
import { LanServer } from "./lan-server.ts";
import { variant } from "./settings.ts";

describe(`leases of the LAN's own DHCP server, where something fails, ${variant}`, () => {
  let hosts: LanHosts;
  let h1: Host;

  before(async () => {
    hosts = await LanHosts.start();
    h1 = hosts.h1;
  });
  after(() => hosts[Symbol.asyncDispose]());
  afterEach(() => hosts.clear());

  it("I10 a lease outlives a killed Fairway, and a restarted container has it again", async () => {
    await using server = await LanServer.start(h1, "peer0", ...inVlan);
    await hosts.makeVlanNetwork();
    await startContainer(h1, "web", "blue");
    const [web, mac] = [await addressOf(h1, "web"), await macOf(h1, "web")];
    await h1.daemon("fairway").kill("SIGKILL");
    const before = await server.leaseOf(web);
    await h1.daemon("fairway").start();
    await server.renewed(before);
    await h1.docker("restart", "--time", "0", "web");
    assert.deepEqual([await addressOf(h1, "web"), await macOf(h1, "web")], [web, mac]);
    await server.renewed(await server.leaseOf(web));
    // Killed before it wrote the lease down, it finds it by the container.
    await h1.daemon("fairway").kill("SIGKILL");
    await h1.sh("rm /var/lib/fairway/host-leases.json");
    const lost = await server.leaseOf(web);
    await h1.daemon("fairway").start();
    await server.renewed(lost);
  });

  it("I10 where no server answers, or it gives what is not the network's, no container starts and nothing is left", async () => {
    await hosts.makeVlanNetwork();
    const run = () => h1.docker("run", "--rm", "--network", "blue", "busybox:lab", "true");
    const begunMs = performance.now();
    await assert.rejects(run(), /no DHCP server answers/);
    assert.ok(performance.now() - begunMs < 30_000, "within Docker's patience");
    const strange = ["dhcp-range=10.51.0.100,10.51.0.150,255.255.255.0,2m"];
    await h1.sh(
      "ip -n peer0 address replace 10.51.0.1/24 dev peer0; ip -n peer0 address del 10.50.0.1/24 dev peer0",
    );
    try {
      await using server = await LanServer.start(h1, "peer0", ...strange);
      await assert.rejects(
        run(),
        /DHCP server 10\.51\.0\.1 gave 10\.51\.0\.\d+, which cannot be used: .*create the network with the subnet that the LAN has/,
      );
      await until("no lease to be left", async () => (await server.leases()).length === 0);
    } finally {
      await h1.sh("ip -n peer0 address flush dev peer0; ip -n peer0 address add 10.50.0.1/24 dev peer0");
    }
    const held: { purpose: string }[] = JSON.parse(await h1.sh("fairway address ls blue -o json"));
    assert.deepEqual(
      held.map(({ purpose }) => purpose),
      ["gateway"],
    );
  });

  it("I10 a lease that the server takes back is said by the container's status and by doctor, until it is had again", async () => {
    await hosts.makeVlanNetwork();
    let server = await LanServer.start(h1, "peer0", ...inVlan);
    await startContainer(h1, "web", "blue");
    const web = await addressOf(h1, "web");
    await server[Symbol.asyncDispose]();
    server = await LanServer.start(h1, "peer0", ...inVlan, `dhcp-host=02:00:00:00:50:09,${web}`);
    const why = /the lease of 10\.50\.0\.1\d\d has ended: the LAN's DHCP server does not give it any more/;
    await until(
      "the status to say it",
      async () => (await hosts.statusOf("web")).some((each) => why.test(each)),
      {
        timeoutMs: 90_000,
      },
    );
    assert.match((await h1.run(["fairway", "doctor"], { check: false })).stdout, why);
    await server[Symbol.asyncDispose]();
    server = await LanServer.start(h1, "peer0", ...inVlan);
    await until("the lease to be had again", async () => (await hosts.statusOf("web")).length === 0, {
      timeoutMs: 60_000,
    });
    await server.leaseOf(web);
    await server[Symbol.asyncDispose]();
  });
});
