import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { Matrix, nothingLeaks, startEngineAlone } from "./boot-order.ts";
import { addressOf, createNetwork, hasNetwork, inspect, ping, startContainer } from "./docker-network.ts";
import { makeForgottenEndpoint } from "./forgotten-endpoint.ts";
import { lateSeconds, variant } from "./settings.ts";

describe(`Docker boots before Fairway, ${variant}`, { timeout: 1_800_000 }, () => {
  let lab: Lab;
  let center: Host;
  let host: Host;
  let onCenter: Matrix;
  let onHost: Matrix;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [center, host] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab, { addresses: { reservation: 30 } });
    await createNetwork(center, "blue", "--subnet", "10.1.0.0/16");
    await hasNetwork(host, "blue");
    onCenter = await Matrix.start(center, "blue", "10.1.7.");
    onHost = await Matrix.start(host, "blue", "10.1.8.");
  });
  after(() => lab[Symbol.asyncDispose]());
  beforeEach(async () => {
    await onCenter.startAll();
    await onHost.startAll();
  });

  /** Both hosts are as they should be, and containers of one reach those of the other. */
  const comesBack = async () => {
    const running = new Map([
      [center, await onCenter.isAsItShould()],
      [host, await onHost.isAsItShould()],
    ]);
    const address = await addressOf(host, "fixed-always");
    // A machine of the lab has another MAC on the wire after each boot, of which the other hear by and by.
    await until("an answer across hosts", () =>
      ping(center, "any-always", address).then(
        () => true,
        () => false,
      ),
    );
    await nothingLeaks(center, running);
  };
  const errorOf = (name: string) => inspect(host, name, "{{.State.Error}}");
  const cut = async (...machines: readonly Host[]) => {
    for (const machine of machines) await machine.powerOff();
    for (const machine of machines) await machine.powerOn({ without: ["fairway", "dockerd"] });
  };

  it("X10 after a power cut Fairway comes when Docker has asked once in vain", async () => {
    await cut(host);
    await startEngineAlone(host);
    await host.daemon("fairway").start();
    await comesBack();
  });

  it("X10 after a power cut of center and host both engines are first", async () => {
    await cut(center, host);
    await Promise.all([center, host].map(startEngineAlone));
    await Promise.all([center, host].map((machine) => machine.daemon("fairway").start()));
    await comesBack();
  });

  it("X10 Fairway comes when Docker has given its containers up", async () => {
    await host.daemon("dockerd").stop();
    await host.daemon("fairway").stop();
    await startEngineAlone(host);
    await onHost.answers();
    assert.match(await errorOf("any-always"), /fairway/, "it was given up");
    await host.daemon("fairway").start();
    await comesBack();
    // What somebody stops has no error any more, so nobody starts it again.
    await host.docker("stop", "any-always");
    assert.equal(await errorOf("any-always"), "");
  });

  it("X10 the center comes when Docker has given its host's containers up", async () => {
    await center.daemon("fairway").stop();
    await cut(host);
    await host.daemon("fairway").start();
    await host.daemon("dockerd").start({ timeoutMs: 400_000 });
    await center.daemon("fairway").start();
    await comesBack();
  });

  it("X10 an address is refused while its endpoint has a link, and given at once when the link is gone", async () => {
    await makeForgottenEndpoint(host, "blue", "10.1.9.9/16");
    const run = (name: string) =>
      startContainer(host, name, "blue", "--stop-timeout", "1", "--ip", "10.1.9.9");
    await assert.rejects(run("early"), /address 10.1.9.9 is already in use/);
    // Of a container's link one end is elsewhere.
    const idle = await host.sh("ip -oneline link show | grep -oE ' fw[0-9a-f]{11}@fc' | cut -d@ -f1");
    await host.sh(`ip link delete ${idle}`);
    await run("taker");
    await ping(center, "any-always", "10.1.9.9");
    await host.docker("rm", "--force", "early", "taker");
  });

  it("X10 with live-restore a container that runs keeps its address, and nobody takes it over", async () => {
    await host.sh(`mkdir -p /etc/docker; echo '{"live-restore": true}' >/etc/docker/daemon.json`);
    await host.daemon("dockerd").kill("SIGHUP");
    await host.daemon("fairway").stop();
    await host.daemon("dockerd").kill();
    await host.daemon("dockerd").start({ timeoutMs: 400_000 });
    await host.daemon("fairway").start();
    const taken = startContainer(host, "taker", "blue", "--ip", "10.1.8.10");
    await assert.rejects(taken, /already in use by container fixed-always on host h2/);
    await host.docker("rm", "taker");
    await ping(center, "any-always", "10.1.8.10");
    await host.sh("rm /etc/docker/daemon.json");
    await host.daemon("dockerd").kill("SIGHUP");
  });

  it(`X10 after a power cut Fairway is ${lateSeconds} s late`, { skip: lateSeconds === 0 }, async () => {
    await cut(host);
    await startEngineAlone(host);
    await sleep(lateSeconds * 1000);
    await host.daemon("fairway").start();
    await comesBack();
  });
});
