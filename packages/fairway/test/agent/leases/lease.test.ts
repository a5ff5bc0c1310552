import assert from "node:assert/strict";
import { test } from "node:test";
import { dueInMs, leaseOf, reasonOf, renewed, unknownLease } from "../../../src/agent/leases/lease.ts";
import type { Grant } from "../../../src/host/dhcp/grant.ts";

const place = { network: "blue", physicalNetwork: "lan", vlan: 7 };
const mac = "0a:00:00:00:00:01";
const who = { mac, isMadeUp: true };
const grant: Grant = {
  ip: "10.50.0.7",
  server: { ip: "10.50.0.1", mac: "02:00:00:00:00:99" },
  seconds: 800,
  renewalSeconds: 400,
  rebindingSeconds: 700,
  routers: [],
  nameServers: [],
  domain: null,
  routes: [],
};
const lease = leaseOf(place, who, grant, 0);

test("I10 a lease is renewed after T1, and again after half of what is left of each stage", () => {
  assert.equal(dueInMs(lease, 100_000), 300_000);
  assert.equal(dueInMs(lease, 400_000), 0);
  const later = renewed(lease, undefined, 400_000);
  assert.equal(dueInMs(later, 400_000), 150_000);
  assert.equal(reasonOf(later, 400_000), undefined);
  const rebinding = renewed(later, undefined, 700_000);
  assert.equal(dueInMs(rebinding, 700_000), 50_000);
  assert.match(
    reasonOf(rebinding, 700_000) ?? "",
    /no DHCP server of the LAN renews the lease of 10\.50\.0\.7/,
  );
  assert.equal(dueInMs(renewed(rebinding, undefined, 799_000), 799_000), 1_000, "not past its end");
  assert.deepEqual(renewed(rebinding, grant, 750_000), leaseOf(place, who, grant, 750_000));
});

test("I10 a host that has no way to the LAN yet, as after its start, asks soon again; that does not make the lease longer", () => {
  assert.equal(dueInMs(renewed(lease, "unasked", 400_000), 400_000), 5_000);
  assert.match(reasonOf(renewed(lease, "unasked", 800_000), 800_000) ?? "", /has ended/);
});

test("I10 a lease that ended, was refused, or is another address by now is lost, until the server gives it again", () => {
  const ended = renewed(lease, undefined, 800_000);
  assert.match(
    reasonOf(ended, 800_000) ?? "",
    /has ended: no DHCP server has renewed it; .*Restart the container/,
  );
  for (const answer of ["refused", { ...grant, ip: "10.50.0.8" }] as const)
    assert.match(reasonOf(renewed(lease, answer, 1_000), 1_000) ?? "", /does not give it any more/);
  assert.equal(dueInMs(ended, 800_000), 30_000);
  assert.equal(renewed(ended, undefined, 830_000).lost, ended.lost);
  assert.equal(reasonOf(renewed(ended, grant, 860_000), 860_000), undefined);
});

test("I10 a lease for ever is never over, and one that is not known is asked for at once", () => {
  const forEver = leaseOf(place, who, { ...grant, seconds: null }, 0);
  assert.equal(renewed(forEver, undefined, 1e12).lost, undefined);
  assert.equal(dueInMs(unknownLease(place, mac, grant.ip, 5_000), 5_000), 0);
  assert.notEqual(renewed(unknownLease(place, mac, grant.ip, 5_000), undefined, 5_000).lost, undefined);
});
