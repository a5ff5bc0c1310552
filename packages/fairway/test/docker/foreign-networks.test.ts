import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../center.ts";
import { EdgeUnderTest } from "./fixture.ts";

const id = (digit: string) => digit.repeat(64);

test("D16 networks of other drivers that use our IPAM are told with their containers' addresses, as they come and go", async () => {
  await using edge = await EdgeUnderTest.start();
  const told = () => edge.center.calls("reportForeignNetworks").at(-1)?.[1];
  await until(() => edge.engine.isFollowed && told() !== undefined);
  assert.deepEqual(told(), { networks: [] });
  const ipam = (driver: string, subnet: string) => ({ Driver: driver, Config: [{ Subnet: subnet }] });
  edge.engine.answers.set("/networks", [
    { Id: id("1"), Name: "bridge", Driver: "bridge", IPAM: ipam("default", "172.17.0.0/16") },
    { Id: id("2"), Name: "ours", Driver: "fairway", IPAM: ipam("fairway", "10.1.0.0/24") },
    { Id: id("3"), Name: "theirs", Driver: "bridge", IPAM: ipam("fairway", "10.2.0.0/24") },
    { Id: id("4"), Name: "only", Driver: "null", ConfigOnly: true, IPAM: ipam("fairway", "10.3.0.0/24") },
    { Id: id("5"), Name: "host", Driver: "host", IPAM: { Driver: "default", Config: null } },
  ]);
  edge.engine.answers.set(`/networks/${id("3")}`, {
    Id: id("3"),
    Name: "theirs",
    Containers: { c: { EndpointID: id("e"), IPv4Address: "10.2.0.7/24", IPv6Address: "" } },
  });
  edge.engine.say("network", "create", id("3"), { type: "bridge", name: "theirs" });
  const network = { engineId: id("3"), subnets: ["10.2.0.0/24"], addresses: ["10.2.0.7"] };
  await until(() => JSON.stringify(told()) === JSON.stringify({ networks: [network] }));
});

test("D16 a network of another driver that the engine cannot show is one: the others are told, and it without its addresses", async () => {
  await using edge = await EdgeUnderTest.start();
  const told = () => edge.center.calls("reportForeignNetworks").at(-1)?.[1];
  await until(() => edge.engine.isFollowed && told() !== undefined);
  const networks = ["3", "4"].map((digit) => ({
    Id: id(digit),
    Name: `theirs${digit}`,
    Driver: "bridge",
    IPAM: { Driver: "fairway", Config: [{ Subnet: `10.${digit}.0.0/24` }] },
  }));
  edge.engine.answers.set("/networks", networks);
  for (const network of networks)
    edge.engine.answers.set(`/networks/${network.Id}`, {
      ...network,
      Containers: { c: { EndpointID: id("e"), IPv4Address: "10.4.0.7/24", IPv6Address: "" } },
    });
  edge.engine.broken.add(`/networks/${id("3")}`);
  edge.engine.say("network", "create", id("3"), { type: "bridge", name: "theirs3" });
  const expected = [
    { engineId: id("3"), subnets: ["10.3.0.0/24"] },
    { engineId: id("4"), subnets: ["10.4.0.0/24"], addresses: ["10.4.0.7"] },
  ];
  await until(() => JSON.stringify(told()) === JSON.stringify({ networks: expected }));
});
