import { enterPrivateNetwork } from "../private-network.ts";

enterPrivateNetwork();

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import {
  acceptForwarded,
  listAccepted,
  withdrawForwarded,
} from "../../../src/agent/firewall/forward-accept.ts";
import {
  acceptNames,
  listNamesAccepted,
  namesDroppedBy,
  withdrawNames,
} from "../../../src/agent/firewall/name-accept.ts";
import { findObstacles } from "../../../src/agent/firewall/obstacles.ts";
import { RulesInForce } from "../../../src/host/packet-filter/rules-in-force.ts";
import { sh } from "../chassis-network.ts";

const ours = "-m mark --mark 0x10000/0x10000 -m comment --comment fairway -j ACCEPT";
const programs = ["iptables", "ip6tables"] as const;
const everything = () => sh("nft --stateless list ruleset; iptables -S; ip6tables -S");
const input = async (program: string) =>
  (await sh(`${program} -S INPUT`)).split("\n").filter((line) => line.startsWith("-A"));

afterEach(() =>
  sh(`for program in iptables ip6tables; do $program -F; $program -X; $program -P INPUT ACCEPT; $program -P FORWARD ACCEPT; done
    nft delete table inet site 2>/dev/null || true`),
);

test("O16 questions for names pass an iptables that drops what comes in, before all of its rules; where it accepts there is none of ours", async () => {
  for (const program of programs) await sh(`${program} -A INPUT -i lan0 -j DROP`);
  await acceptNames();
  assert.deepEqual(await listAccepted(), []);
  for (const program of programs) await sh(`${program} -P INPUT DROP; ${program} -P FORWARD DROP`);
  assert.equal((await namesDroppedBy()).length, 2);
  const wanted = [`-A INPUT ${ours}`, "-A INPUT -i lan0 -j DROP"];
  for (const _ of ["once", "again"]) {
    await acceptNames();
    await acceptForwarded();
    for (const program of programs) assert.deepEqual(await input(program), wanted);
  }
  assert.deepEqual(await namesDroppedBy(), []);
  await sh("iptables -I INPUT -j DROP");
  await acceptNames();
  assert.deepEqual(await input("iptables"), [
    `-A INPUT ${ours}`,
    "-A INPUT -j DROP",
    "-A INPUT -i lan0 -j DROP",
  ]);
  assert.equal((await listAccepted()).length, 4, "two of names, two of what is forwarded");
  for (const program of programs) await sh(`${program} -P INPUT ACCEPT; ${program} -P FORWARD ACCEPT`);
  await sh("iptables -D INPUT -j DROP");
  await acceptForwarded();
  await acceptNames();
  assert.deepEqual(await listAccepted(), []);
});

test("O16 they pass chains of nftables that would drop them, and leaving takes back every rule of ours", async () => {
  await sh(`nft -f - <<EOF
table inet site {
  chain input { type filter hook input priority 0; policy drop; iifname "lo" accept; }
  chain late { type filter hook input priority 10; policy accept; udp dport { 53, 5453 } reject; }
  chain open { type filter hook input priority 20; policy accept; tcp dport 22 drop; }
}
EOF
    for program in iptables ip6tables; do $program -P INPUT DROP; done`);
  const before = await everything();
  assert.equal((await namesDroppedBy()).length, 4);
  for (const _ of ["once", "again"]) {
    await acceptNames();
    assert.deepEqual(await namesDroppedBy(), []);
    const accepted = await listNamesAccepted();
    assert.deepEqual(
      accepted.map((line) => line.split(" ").slice(0, 4).join(" ")),
      ["nft inet site input", "nft inet site late"],
    );
  }
  assert.match(
    await sh("nft list chain inet site input"),
    /policy drop;\s+meta mark & 0x00010000 == 0x00010000 accept comment "fairway"/,
  );
  await sh("nft insert rule inet site input counter drop");
  await acceptNames();
  assert.deepEqual(await namesDroppedBy(), [], "it is the first again");
  await sh(
    "nft delete rule inet site input handle $(nft -a list chain inet site input | sed -n 's/.*drop # handle //p')",
  );
  await withdrawForwarded();
  await withdrawNames();
  assert.equal(await everything(), before);
});

test("O16 a chain that Fairway may not change is told", async () => {
  await sh(`nft -f - <<EOF
table inet site {
  chain early { type filter hook prerouting priority -10; policy accept; udp dport 5453 drop; }
}
EOF`);
  const refusing = await acceptNames();
  assert.deepEqual(
    refusing.map(({ place }) => place),
    ["inet site early"],
  );
  assert.deepEqual(await listNamesAccepted(), []);
});

test("O16 one look at other people's firewalls asks each program once, and again after a change of ours", async (t) => {
  await sh("iptables -P FORWARD DROP; iptables -P INPUT DROP");
  await sh("nft 'table inet site { chain forward { type filter hook forward priority 5; policy drop; }; }'");
  const look = async () => {
    const inForce = new RulesInForce();
    await acceptForwarded(inForce);
    await acceptNames(inForce);
    return (await findObstacles(inForce)).map(({ seen }) => seen);
  };
  const started = await startedPrograms(t.after.bind(t));
  const dropped = 'a chain of the table "inet site" drops what is forwarded unless it is accepted there';
  assert.deepEqual(await look(), [dropped]);
  const listings = ["ip6tables -w 5 -S", "iptables -w 5 -S", "nft --json list ruleset"];
  assert.deepEqual(new Set(await started()), new Set([...listings, "iptables-restore -w 5 --noflush"]));
  assert.deepEqual(await look(), [dropped]);
  assert.deepEqual((await started()).toSorted(), listings);
});

/** Notes which of the firewalls' programs are started from now on. @returns those started since the last call. */
async function startedPrograms(after: (end: () => Promise<void>) => void): Promise<() => Promise<string[]>> {
  const [folder, path] = [await mkdtemp(join(tmpdir(), "fairway-programs-")), process.env["PATH"] ?? ""];
  const log = join(folder, "log");
  for (const name of ["nft", "iptables", "ip6tables", "iptables-restore", "ip6tables-restore"])
    await writeFile(
      join(folder, name),
      `#!/bin/sh\necho ${name} "$@" >> ${log}\nPATH='${path}' exec ${name} "$@"\n`,
      { mode: 0o755 },
    );
  process.env["PATH"] = `${folder}:${path}`;
  after(async () => {
    process.env["PATH"] = path;
    await rm(folder, { recursive: true });
  });
  return async () => {
    const lines = (await readFile(log, "utf8")).trim().split("\n");
    await writeFile(log, "");
    return lines;
  };
}
