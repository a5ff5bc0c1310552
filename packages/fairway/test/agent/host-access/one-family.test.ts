import assert from "node:assert/strict";
import { test } from "node:test";
import { HostAccess } from "../../../src/agent/host-access/host-access.ts";
import { Links } from "../../../src/agent/ports/links.ts";
import { Troubles } from "../../../src/agent/state/troubles.ts";
import { Routing } from "../../../src/agent/uplinks/routing.ts";
import type { HostItem } from "../../../src/center/schemas/host-state.ts";
import { Netlink } from "../../../src/host/netlink/netlink.ts";
import { openOpenVSwitch } from "../../../src/host/open-vswitch/open-vswitch.ts";
import type { Family } from "../../../src/ip.ts";
import { startChassis, until } from "../chassis.ts";
import { dormantNetworkItem, sh } from "../chassis-network.ts";
import { enterPrivateNetwork } from "../private-network.ts";
import { quiet } from "../stub-center.ts";

/** As of a kernel that was booted with `ipv6.disable=1`, which no namespace can have for itself. */
class WithoutIpv6 extends Routing {
  override async lookForContainers(families: ReadonlySet<Family>) {
    const failures = await super.lookForContainers(families.intersection(new Set([4] as const)));
    const text = "the kernel refuses a rule of routing: address family not supported";
    return families.has(6) ? new Map([...failures, [6, text] as const]) : failures;
  }
}

test("N09 a family that the kernel refuses is one: the other leads, what is beside Fairway is told, and each network says why", async () => {
  enterPrivateNetwork();
  await using chassis = await startChassis();
  using netlink = new Netlink();
  await using openVSwitch = openOpenVSwitch(chassis.openvswitchSocket, quiet);
  await openVSwitch.replica.synced(AbortSignal.timeout(8_000));
  const [dual, only4] = [
    dormantNetworkItem("169.254.80.2/20", "10.77.0.0/24"),
    dormantNetworkItem("169.254.80.2/20", "10.78.0.0/24"),
  ];
  const items = new Map<string, HostItem>([
    [dual.key, { ...dual, cidrs: [...dual.cidrs, "fd77::/64"] }],
    [only4.key, only4],
  ]);
  const troubles = new Troubles(() => undefined);
  await using access = new HostAccess({
    routing: new WithoutIpv6(netlink),
    links: new Links(netlink),
    replica: openVSwitch.replica,
    resolvConf: { servers: async () => [] },
    state: { items, isFresh: true },
    reach: [],
    troubles,
    logger: quiet,
  });
  let told = 0;
  access.onChange("count", () => told++);
  await until("the first word of what is beside Fairway", () => assert.equal(told, 1));
  assert.deepEqual(troubles.all, [
    {
      network: dual.network,
      reason:
        "this host itself does not reach it by IPv6: the kernel refuses a rule of routing: address family not supported",
    },
  ]);
  assert.match(await sh("ip -4 rule"), /lookup 65535 proto 250/);
  assert.doesNotMatch(await sh("ip -6 rule"), /lookup 65535/);
});
