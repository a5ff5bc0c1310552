import assert from "node:assert/strict";
import { test } from "node:test";
import { cidr, ipAddress } from "../../../src/center/schemas/common.ts";
import { engineId, root, TestCenter } from "../../center.ts";

const refused = [
  "0.0.0.0/0",
  "0.0.0.0/8",
  "127.0.1.0/24",
  "128.0.0.0/1",
  "169.254.169.0/24",
  "224.0.0.0/3",
  "239.1.2.0/24",
  "255.255.255.0/24",
  "::/0",
  "::1/128",
  "fe80::/64",
  "fe80::1:0/112",
  "ff02::/16",
  "fdfa::/64",
];
const allowed = [
  "10.1.0.0/24",
  "8.8.8.0/24",
  "126.0.0.0/8",
  "128.0.0.0/8",
  "223.255.255.0/24",
  "fd00::/64",
  "2001:db8::/64",
];

test("a subnet that takes other people's addresses is refused, by our IPAM and by Docker's, and says which are taken", async () => {
  await using center = await TestCenter.start();
  await center.network("h1", "10.99.0.0/24");
  for (const subnet of refused) {
    const family = subnet.includes(":") ? 6 : 4;
    const error = {
      code: "invalid",
      message: /^subnet \S+ (overlaps \S+, which is .*|is every address .*); choose another one, e\.g\. /,
    };
    const pool = { space: subnet, family, cidr: subnet } as const;
    await assert.rejects(center.service.pools.request("h1", pool, root), error, subnet);
    const network = { managed: false, subnets: [{ space: "", cidr: subnet }] };
    await assert.rejects(
      center.service.dockerNetworks.create("h1", engineId(), network, root),
      error,
      subnet,
    );
  }
  const { counts } = center.service.status.show();
  assert.equal(counts.networks, 1, "nothing half made stays");
  assert.equal(center.store.replica.table("Subnet").size, 1);
  for (const subnet of allowed) {
    const family = subnet.includes(":") ? 6 : 4;
    await center.service.pools.request("h1", { space: subnet, family, cidr: subnet }, root);
  }
});

test("an address or a subnet with a zone is none", () => {
  for (const text of ["fe80::1%eth0", "fd00::1%x"])
    assert.equal(ipAddress.safeParse(text).success, false, text);
  for (const text of ["fd00::/64%x", "fd00::%x/64"]) assert.equal(cidr.safeParse(text).success, false, text);
  assert.ok(ipAddress.safeParse("fd00::1").success && cidr.safeParse("fd00::/64").success);
});
