import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "../agent/chassis.ts";
import { sh } from "../agent/chassis-network.ts";
import { enterPrivateNetwork } from "../agent/private-network.ts";
import { root } from "../center.ts";
import { Machines } from "./machines.ts";

enterPrivateNetwork();
const machines = await Machines.start();
after(() => machines[Symbol.asyncDispose]());
const { networks, ports } = machines.center.service;
const addresses = { slow: "10.1.0.10", fast: "10.1.0.11", other: "10.1.0.12" } as const;
type Name = keyof typeof addresses;

before(async () => {
  await sh("ip link set lo up");
  await networks.create({ name: "blue", subnets: [{ cidr: "10.1.0.0/24" }] }, {}, root);
  for (const [name, address] of Object.entries(addresses)) {
    await machines.join(name, "blue", address);
    machines.serve(name, "iperf3", "-s");
  }
  await machines.reaches("slow", addresses.fast);
});

/** What comes to one from another by TCP in ten seconds, kbit/s. */
async function measured(from: Name, to: Name): Promise<number> {
  const { ok, out } = await machines.in(from)("iperf3", "-J", "-t", "10", "-c", addresses[to]);
  assert.ok(ok, out);
  const { end } = JSON.parse(out) as { end: { sum_received: { bits_per_second: number } } };
  return end.sum_received.bits_per_second / 1_000;
}
const set = (rate: string | null) => ports.update("slow", { options: { "fairway.rate": rate } }, {}, root);
/** Waits until so much comes, within 15 %. */
const becomes = (from: Name, to: Name, rate: number) =>
  until(
    `${rate} kbit/s from ${from} to ${to}`,
    async () => {
      const ratio = (await measured(from, to)) / rate;
      assert.ok(ratio > 0.85 && ratio < 1.15, `${ratio} of the rate`);
    },
    60_000,
  );

test("S04 a rate holds for what a port sends and for what it receives, live, and for nobody else", async () => {
  await set("8mbit");
  await becomes("slow", "fast", 8_000);
  await becomes("fast", "slow", 8_000);
  assert.ok((await measured("fast", "other")) > 16_000, "who has no rate");
  await set("4mbit");
  await becomes("slow", "fast", 4_000);
  await set(null);
  await until("no rate", async () => assert.ok((await measured("slow", "fast")) > 16_000), 60_000);
});
