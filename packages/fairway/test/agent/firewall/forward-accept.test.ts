import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import {
  acceptForwarded,
  listAccepted,
  withdrawForwarded,
} from "../../../src/agent/firewall/forward-accept.ts";
import { acceptNames } from "../../../src/agent/firewall/name-accept.ts";
import { until } from "../chassis.ts";
import { sh } from "../chassis-network.ts";
import { enterPrivateNetwork } from "../private-network.ts";

enterPrivateNetwork();

const ours = "-m mark --mark 0x10000/0x10000 -m comment --comment fairway -j ACCEPT";
const rules = async (program: string, chain: string) =>
  (await sh(`${program} -S ${chain}`)).split("\n").filter((line) => line.startsWith("-A"));

test("N01 other people's rules in DOCKER-USER come first, also those that are appended later, and before Docker's RETURN", async () => {
  for (const program of ["iptables", "ip6tables"]) {
    await sh(`${program} -N DOCKER-USER; ${program} -A FORWARD -j DOCKER-USER; ${program} -P FORWARD DROP
      ${program} -A DOCKER-USER -i lan0 -j DROP`);
    const wanted = (...own: string[]) => [...own, ours].map((each) => `-A DOCKER-USER ${each}`);
    await acceptForwarded();
    assert.deepEqual(await rules(program, "DOCKER-USER"), wanted("-i lan0 -j DROP"));
    await sh(`${program} -A DOCKER-USER -i lan1 -j DROP`);
    await acceptForwarded();
    assert.deepEqual(await rules(program, "DOCKER-USER"), wanted("-i lan0 -j DROP", "-i lan1 -j DROP"));
    const before = await sh(`${program}-save`);
    await acceptForwarded();
    assert.equal(removeTimes(await sh(`${program}-save`)), removeTimes(before));
    await sh(`${program} -A DOCKER-USER -j RETURN; ${program} -A DOCKER-USER -i lan2 -j DROP`);
    await acceptForwarded();
    assert.deepEqual(await rules(program, "DOCKER-USER"), [
      ...wanted("-i lan0 -j DROP", "-i lan1 -j DROP"),
      "-A DOCKER-USER -j RETURN",
      "-A DOCKER-USER -i lan2 -j DROP",
    ]);
  }
  assert.equal((await listAccepted()).length, 2);
  await withdrawForwarded();
  for (const program of ["iptables", "ip6tables"]) {
    assert.equal((await rules(program, "DOCKER-USER")).length, 4);
    await sh(`${program} -F; ${program} -X; ${program} -P FORWARD ACCEPT`);
  }
});

test("N01 where there is no DOCKER-USER, ours is the last rule of a FORWARD that drops, and none of one that accepts", async () => {
  for (const program of ["iptables", "ip6tables"]) {
    await sh(`${program} -A FORWARD -o virbr0 -j REJECT`);
    await acceptForwarded();
    assert.equal((await rules(program, "FORWARD")).length, 1);
    await sh(`${program} -P FORWARD DROP`);
    await acceptForwarded();
    await sh(`${program} -A FORWARD -o virbr1 -j DROP`);
    await acceptForwarded();
    const [first = "", second, third, ...more] = await rules(program, "FORWARD");
    assert.match(first, /^-A FORWARD -o virbr0 -j REJECT/);
    assert.deepEqual([second, third, more], ["-A FORWARD -o virbr1 -j DROP", `-A FORWARD ${ours}`, []]);
    await sh(`${program} -P FORWARD ACCEPT`);
    await acceptForwarded();
    assert.equal((await rules(program, "FORWARD")).length, 2);
    await sh(`${program} -F FORWARD`);
  }
});

test("X09 what an older Fairway accepted is taken back", async () => {
  await sh(`iptables -N DOCKER-USER; iptables -A DOCKER-USER -i other -m comment --comment other -j ACCEPT
    for way in -i -o; do iptables -A DOCKER-USER $way fw-leg+ -m comment --comment fairway -j ACCEPT; done`);
  await acceptForwarded();
  assert.deepEqual(await rules("iptables", "DOCKER-USER"), [
    "-A DOCKER-USER -i other -m comment --comment other -j ACCEPT",
    `-A DOCKER-USER ${ours}`,
  ]);
});

function removeTimes(text: string): string {
  return text.replaceAll(/^#.*$/gm, "");
}

test("N01 O16 an iptables that takes no rule of ours keeps ours from no other family and no other filter", async () => {
  // Whose table it is, the kernel lets nobody else change it (nft(8), `flags owner`).
  const owner = spawn("nft", ["-i"], { stdio: ["pipe", "ignore", "inherit"] });
  try {
    await sh("nft delete table ip filter; ip6tables -P FORWARD DROP; ip6tables -P INPUT DROP");
    const chain = (hook: string) =>
      `chain ${hook.toUpperCase()} { type filter hook ${hook} priority 0; policy drop; }`;
    const chains = ["input", "forward", "output"].map(chain).join("; ");
    owner.stdin.write(`add table ip filter { flags owner; ${chains}; }\n`);
    await until("that table", async () => assert.match(await sh("iptables -S"), /-P FORWARD DROP/));
    await assert.rejects(acceptForwarded(), /iptables-restore [^]*not permitted/i);
    assert.deepEqual(await rules("ip6tables", "FORWARD"), [`-A FORWARD ${ours}`]);
    await sh("nft 'table inet site { chain input { type filter hook input priority 5; policy drop; }; }'");
    await assert.rejects(acceptNames(), /iptables-restore [^]*not permitted/i);
    assert.deepEqual(await rules("ip6tables", "INPUT"), [`-A INPUT ${ours}`]);
    assert.match(await sh("nft list table inet site"), /comment "fairway"/);
  } finally {
    owner.kill("SIGKILL");
  }
});
