import assert from "node:assert/strict";
import { resolve } from "node:path";
import { after, before, test } from "node:test";
import { until } from "../agent/chassis.ts";
import { sh } from "../agent/chassis-network.ts";
import { enterPrivateNetwork } from "../agent/private-network.ts";
import { root } from "../center.ts";
import { Machines } from "./machines.ts";

enterPrivateNetwork();
const machines = await Machines.start();
after(() => machines[Symbol.asyncDispose]());
const { networks, routers } = machines.center.service;
const program = resolve(import.meta.dirname, "../../../../test/e2e/group.ts");

before(async () => {
  await sh("ip link set lo up");
  await routers.create({ name: "r", routes: {}, labels: {}, options: {} }, {}, root);
  for (const [at, name] of (["blue", "green", "red"] as const).entries()) {
    const subnets = [{ cidr: `10.${at + 1}.0.0/24` }, { cidr: `fd0${at + 1}::/64` }];
    await networks.create({ name, subnets, options: { multicast: "true" } }, {}, root);
    if (name !== "red") await routers.attach("r", name, { addresses: [], options: {} }, {}, root);
    await machines.join(`${name}1`, name, `10.${at + 1}.0.10`, `fd0${at + 1}::10`);
    await machines.join(`${name}2`, name, `10.${at + 1}.0.11`, `fd0${at + 1}::11`);
  }
});

/** Whether a machine hears what `blue1` sends to a group. */
async function hears(name: string, group: string): Promise<boolean> {
  const say = (machine: string, seconds: string, verb: string) =>
    machines.in(machine)("timeout", seconds, process.execPath, program, verb, group, "5000");
  const [{ out }] = await Promise.all([say(name, "4", "hear"), say("blue1", "5", "send")]);
  return /^news /m.test(out);
}

const become = (what: string, name: string, group: string, isHeard: boolean) =>
  until(what, async () => assert.equal(await hears(name, group), isHeard), 30_000);

for (const group of ["239.1.2.3", "ff15::1:2:3"])
  test(`R09 a router leads what is sent to ${group} on to the members on its networks, if it is asked to`, async () => {
    await become("who is on the same network to hear it", "blue2", group, true);
    assert.equal(await hears("green1", group), false, "not asked for");
    await routers.update("r", { options: { multicast: "true" } }, {}, root);
    await become("who is on another network to hear it", "green1", group, true);
    assert.equal(await hears("red1", group), false, "on no router");
    await networks.update("green", { options: { multicast: "false" } }, {}, root);
    await become("silence where the switch knows no groups", "green1", group, false);
    await networks.update("green", { options: { multicast: "true" } }, {}, root);
    await become("who is on another network to hear it again", "green1", group, true);
    await routers.update("r", { options: { multicast: null } }, {}, root);
    await become("silence", "green1", group, false);
  });
