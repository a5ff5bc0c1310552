import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { addressOf, ping, removeAll, startContainer } from "./docker-network.ts";
import { callPlugin } from "./plugin-socket.ts";
import { variant } from "./settings.ts";
import { tracesOf } from "./traces.ts";

const containers = ["c0", "c1", "c2"];
const networks = ["blue", "theirs"];

describe(`one driver for networks, another for addresses, with Docker's engine of ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let clean: string;

  before(async () => {
    lab = await Lab.start({ hosts: 1, variant });
    h1 = lab.host("h1");
    await startFairway(lab, { addresses: { reservation: 5 } });
    clean = await tracesOf(h1);
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(() => removeAll(h1, containers, networks));

  const inContainer = (name: string, ...command: string[]) => h1.docker("exec", name, ...command);

  it("D16 without an IPAM driver a container has an interface and no address, and its own addresses work", async () => {
    await h1.docker("network", "create", "--driver", "fairway", "--ipam-driver", "null", "blue");
    for (const [at, address] of ["192.168.9.1", "192.168.9.2"].entries()) {
      await startContainer(h1, `c${at}`, "blue", "--cap-add", "NET_ADMIN");
      assert.doesNotMatch(await inContainer(`c${at}`, "ip", "-4", "address", "show", "eth0"), /inet /);
      await inContainer(`c${at}`, "ip", "address", "add", `${address}/24`, "dev", "eth0");
    }
    await ping(h1, "c0", "192.168.9.2");
  });

  it("D16 with Docker's own IPAM containers have Docker's addresses and reach each other and the gateway", async () => {
    await h1.docker("network", "create", "--driver", "fairway", "--subnet", "10.1.0.0/24", "blue");
    await startContainer(h1, "c0", "blue");
    await startContainer(h1, "c1", "blue", "--ip", "10.1.0.77");
    await ping(h1, "c0", "10.1.0.77");
    await ping(h1, "c0", "10.1.0.1");
    assert.equal(await addressOf(h1, "c1"), "10.1.0.77");
  });

  it("D16 another driver's network with our IPAM keeps its pool and addresses; they are free when it goes", async () => {
    await h1.docker("network", "create", "--driver", "bridge", "--ipam-driver", "fairway", "theirs");
    await startContainer(h1, "c0", "theirs");
    const address = await addressOf(h1, "c0");
    assert.match(address, /^10\.1(2[89]|[3-9]\d)\./);
    await h1.daemon("fairway").kill();
    await h1.daemon("fairway").start();
    // A pool that nobody uses, asked for later, goes: so all that could go has gone.
    const wanted = { AddressSpace: "x", Pool: "10.66.0.0/24", SubPool: "", Options: {}, V6: false };
    for (const _ of [1, 2]) {
      await callPlugin(h1, "IpamDriver.RequestPool", wanted);
      const subnets = () => h1.sh("ovsdb-client dump unix:/run/fairway/intent.sock Fairway Subnet cidr");
      await until("the abandoned pool to be free", async () => !/10\.66\.0\.0/.test(await subnets()), {
        timeoutMs: 60_000,
        everyMs: 500,
      });
    }
    await startContainer(h1, "c1", "theirs");
    assert.notEqual(await addressOf(h1, "c1"), address);
    await ping(h1, "c1", address);
    await assert.rejects(startContainer(h1, "c2", "theirs", "--ip", address));
    await h1.docker("rm", "--force", "c0", "c1", "c2");
    await h1.docker("network", "rm", "theirs");
    await until("all traces to be gone", async () => (await tracesOf(h1)) === clean);
  });
});
