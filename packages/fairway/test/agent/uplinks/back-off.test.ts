import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { startChassis, until } from "../chassis.ts";
import { makeNetwork, sh } from "../chassis-network.ts";
import { enterPrivateNetwork } from "../private-network.ts";
import { startAgentOn } from "../start-agent.ts";
import { StubCenter } from "../stub-center.ts";

enterPrivateNetwork();
const directory = await mkdtemp(join(tmpdir(), "fairway-back-off-"));
/** The real program, which notes when it was started. */
const starts = join(directory, "starts");
const real = await sh("command -v ovs-ofctl");
await writeFile(join(directory, "ovs-ofctl"), `#!/bin/sh\ndate +%s%N >>${starts}\nexec ${real} "$@"\n`);
await chmod(join(directory, "ovs-ofctl"), 0o755);
process.env["PATH"] = `${directory}:${process.env["PATH"]}`;

const chassis = await startChassis();
const center = new StubCenter();
const agent = startAgentOn(chassis, center);
after(async () => {
  chassis.signalController("SIGCONT");
  await agent[Symbol.asyncDispose]();
  await chassis[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});
await sh("ip link set lo up; ip address add 192.0.2.1/32 dev lo");

/** When the program was started, ms. */
async function startsMs(): Promise<readonly number[]> {
  const text = await readFile(starts, "utf8").catch(() => "");
  return text
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((line) => Number(BigInt(line) / 1_000_000n));
}

test("X01 while ovn-controller is down an uplink's flows are asked for more and more seldom, whatever else happens on the host", async () => {
  const { network, items } = await makeNetwork({ chassis, agent });
  chassis.signalController("SIGSTOP");
  center.set(items);
  const tries = await until("eight tries", async () => {
    // Occasions do not shorten the pauses.
    center.set(items);
    const found = await startsMs();
    assert.ok(found.length >= 8);
    return found;
  });
  // Each pause is the one before it twice, and shortened by a quarter at most; a start may be noted some milliseconds late.
  for (const [at, ms] of tries.slice(0, 8).entries()) {
    const next = tries[at + 1];
    if (next === undefined) continue;
    const leastMs = 0.75 * Math.min(5_000, 10 * 2 ** at) - 10;
    assert.ok(next - ms >= leastMs, `pause ${at + 1} is ${next - ms} ms, and at least ${leastMs} ms long`);
  }
  await until("what is told", () =>
    assert.deepEqual(center.troubles, {
      networks: [
        {
          network,
          reason:
            "the way out: OVN leads nothing to it; is ovn-controller running and connected to the Southbound?",
        },
      ],
      endpoints: [],
    }),
  );
  chassis.signalController("SIGCONT");
  await agent.uplinkReady(network, AbortSignal.timeout(15_000));
  const count = (await startsMs()).length;
  await until("the end of what was told", () =>
    assert.deepEqual(center.troubles, { networks: [], endpoints: [] }),
  );
  assert.equal((await startsMs()).length, count, "nobody asks for flows that are there");
});
