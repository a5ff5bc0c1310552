import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import type { Host } from "../../lab/host/host.ts";
import { until } from "../../lab/until.ts";
import { arm, hasStruck } from "./failpoint.ts";
import { configure, HostOnWire } from "./host-on-wire.ts";
import { variant } from "./settings.ts";

describe(`a NIC with the host's own address where Fairway is killed, ${variant}`, () => {
  let machine: HostOnWire;
  let h1: Host;

  before(async () => {
    machine = await HostOnWire.start();
    h1 = machine.h1;
  });
  after(() => machine[Symbol.asyncDispose]());
  beforeEach(() => machine.begin());
  afterEach(() => machine.clear());

  it("P12 X01 killed at each step, both the agent and what moves the NIC: it is finished, and undone, and a session goes on", async () => {
    for (const step of ["nic-recorded", "nic-bridged", "nic-moved", "nic-checked"]) {
      await arm(h1, `${step}:kill`);
      await machine.takeAddress();
      await until(`the end at ${step}`, () => hasStruck(h1), { everyMs: 10 });
      await h1.daemon("fairway").kill("SIGKILL");
      await machine.sessionGoesOn();
      await h1.daemon("fairway").start();
      // On a slow machine its time is over by then.
      await machine.record(/"state": "(taken|undone)"/);
      const isUndone = /"undone"/.test(await h1.sh("cat /var/lib/fairway/nics/eth1.json"));
      await (isUndone ? machine.isOwn() : machine.isMoved());
      await machine.sessionGoesOn();
      if (!isUndone) await arm(h1, "nic-returned:kill");
      await machine.fairway("physical-port rm lan eth1 --host h1");
      if (!isUndone) await until("the end", () => hasStruck(h1), { everyMs: 10 });
      await h1.daemon("fairway").kill("SIGKILL");
      await machine.sessionGoesOn();
      await h1.daemon("fairway").start();
      await machine.isForgotten();
      await machine.isOwn();
    }
  });

  it("P12 X01 the agent alone is killed: what was begun is finished without it", async () => {
    await machine.takeAddress();
    await until(
      "the beginning",
      async () => (await h1.sh("ls /var/lib/fairway/nics 2>/dev/null || true")) !== "",
      { everyMs: 10 },
    );
    await h1.daemon("fairway").kill("SIGKILL");
    await machine.isTaken();
    await machine.isMoved();
    await machine.sessionGoesOn();
    await h1.daemon("fairway").start();
  });

  it("P12 after a boot, which gives the NIC its address, the address is the bridge's again", async () => {
    await machine.takeAddress();
    await machine.isTaken();
    await h1.daemon("fairway").kill("SIGKILL");
    await h1.sh(`ip address flush dev $(ovs-vsctl list-br | grep fw-br) scope global; ${configure}`);
    await h1.daemon("fairway").start();
    await machine.isMovedAgain();
    await machine.sessionGoesOn();
  });
});
