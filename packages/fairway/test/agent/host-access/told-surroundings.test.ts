import assert from "node:assert/strict";
import { test } from "node:test";
import { toldOf } from "../../../src/agent/host-access/told-surroundings.ts";
import { parseCidr } from "../../../src/ip.ts";

const nameOf = async (index: number) => (index === 2 ? "eth0" : undefined);
const route = (cidr: string, index?: number) => ({ cidr: parseCidr(cidr), index });
const none = { routes: [], addresses: [], servers: [], nameOf };

test("I01 default routes are not told, halves of one neither; what lies in something that is told says nothing more", async () => {
  const routes = ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "::/0", "10.1.2.0/24", "10.0.0.0/8", "fd01::/64"];
  const told = await toldOf({
    ...none,
    routes: routes.map((cidr) => route(cidr, cidr === "10.0.0.0/8" ? 2 : undefined)),
    addresses: ["10.1.2.3", "192.0.2.1", "192.0.2.1"],
  });
  assert.deepEqual(told, [
    { cidr: "10.0.0.0/8", kind: "route", device: "eth0" },
    { cidr: "fd01::/64", kind: "route" },
    { cidr: "192.0.2.1/32", kind: "address" },
  ]);
});

test("I01 name servers are told although they lie on a route; what is on every link, or of one link, is not", async () => {
  const told = await toldOf({
    ...none,
    routes: [route("10.0.0.0/8", 2), route("169.254.0.0/16"), route("fe80::/64"), route("224.0.0.0/4")],
    addresses: ["127.0.0.1", "::1", "fe80::1", "169.254.53.53"],
    servers: ["10.0.0.53", "127.0.0.53", "fe80::53%eth0", "10.0.0.53"],
  });
  assert.deepEqual(told, [
    { cidr: "10.0.0.53/32", kind: "name server" },
    { cidr: "10.0.0.0/8", kind: "route", device: "eth0" },
  ]);
});

test("I01 of more routes than the center takes the widest are told", async () => {
  const narrow = Array.from({ length: 1_500 }, (_, at) => route(`10.${at >> 8}.${at & 255}.0/24`));
  const told = await toldOf({
    ...none,
    routes: [...narrow, route("172.16.0.0/12")],
    addresses: ["192.0.2.1"],
  });
  assert.equal(told.length, 1_024);
  assert.equal(told[0]?.cidr, "172.16.0.0/12");
});
