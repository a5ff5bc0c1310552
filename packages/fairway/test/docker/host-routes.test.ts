import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { hostRoutes } from "../../src/docker/host-routes.ts";

test("I01 the host's routes are what the kernel lists, without default, link-local and multicast ones", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairway-routes-"));
  try {
    const header = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";
    await writeFile(
      join(directory, "route"),
      [
        header,
        "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
        "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
        "tun0\t0000800A\t00000000\t0001\t0\t0\t0\t000080FF\t0\t0\t0",
        "",
      ].join("\n"),
    );
    const none = "0".repeat(32);
    const route = (destination: string, prefix: string) =>
      `${destination} ${prefix} ${none} 00 ${none} 00000100 00000001 00000000 00000001     eth0`;
    await writeFile(
      join(directory, "ipv6_route"),
      [
        route(none, "00"),
        route("fd000001000200030000000000000000", "40"),
        route("fe800000000000000000000000000000", "40"),
        route("ff000000000000000000000000000000", "08"),
        route(`${"0".repeat(31)}1`, "80"),
        "",
      ].join("\n"),
    );
    assert.deepEqual(await hostRoutes(4, directory), ["192.0.2.0/24", "10.128.0.0/9"]);
    assert.deepEqual(await hostRoutes(6, directory), ["fd00:0001:0002:0003:0000:0000:0000:0000/64"]);
    assert.deepEqual(await hostRoutes(4, join(directory, "absent")), []);
  } finally {
    await rm(directory, { recursive: true });
  }
});
