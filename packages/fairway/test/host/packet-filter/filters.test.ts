import { enterPrivateNetwork, startNetwork } from "../../agent/private-network.ts";

enterPrivateNetwork();

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Fate, filtersInForce } from "../../../src/host/packet-filter/filters.ts";
import type { Packet } from "../../../src/host/packet-filter/walk.ts";
import { sh } from "../../agent/chassis-network.ts";

/** Counts, behind all other filters, what has come to this host. */
const counting = "inet seen";
const [here, there] = ["10.9.0.1", "10.9.0.2"];

const packet = (protocol: Packet["protocol"], port: number): Packet => ({
  family: 4,
  protocol,
  port,
  link: "wire0",
  source: there,
  destination: here,
  isLocal: true,
  isTranslated: false,
  mark: 0,
});

let peer: Awaited<ReturnType<typeof startNetwork>>;

before(async () => {
  peer = await startNetwork();
  await sh(`ip link set lo up
    ip link add wire0 type veth peer name wire1 netns ${peer.pid}
    ip address add ${here}/24 dev wire0; ip link set wire0 up
    nsenter -t ${peer.pid} -n sh -ec 'ip address add ${there}/24 dev wire1; ip link set wire1 up'
    nft 'add table ${counting}
      add chain ${counting} last { type filter hook input priority 1000; }
      add rule ${counting} last iifname wire0 meta l4proto { tcp, udp } counter'`);
  // Neighbours are asked before the first packet that counts.
  await sh(`nsenter -t ${peer.pid} -n ping -c1 -W2 ${here}`);
});
after(() => peer.kill("SIGKILL"));

/** What the kernel did with the first packet of a connection. */
async function truth(protocol: Packet["protocol"], port: number): Promise<Fate> {
  const kind = protocol === "udp" ? "UDP4-SENDTO" : "TCP4-CONNECT";
  const patience = protocol === "udp" ? "" : ",connect-timeout=0.2";
  await sh(`nft reset counters table ${counting} >/dev/null 2>&1 || true
    nft flush chain ${counting} last; nft add rule ${counting} last iifname wire0 meta l4proto { tcp, udp } counter
    echo hello | nsenter -t ${peer.pid} -n socat - ${kind}:${here}:${port}${patience} 2>/dev/null || true`);
  const count = /counter packets (\d+)/.exec(await sh(`nft list table ${counting}`))?.[1];
  return count === "0" ? "dropped" : "passes";
}

async function foretold(protocol: Packet["protocol"], port: number): Promise<Fate> {
  const filters = await filtersInForce({ table: counting });
  const fates = filters.map(({ fateOf }) => fateOf(packet(protocol, port)));
  if (fates.includes("dropped")) return "dropped";
  return fates.includes("perhaps") ? "perhaps" : "passes";
}

interface Case {
  readonly what: string;
  readonly rules: string;
  readonly udp: Fate;
  readonly tcp: Fate;
}

const site = (rules: string, policy = "drop", more = "") =>
  `nft -f - <<EOF
table inet site {
  ${more}
  chain input { type filter hook input priority 0; policy ${policy}; ${rules}; }
}
EOF`;

/** For UDP 6081 and TCP 6640 of `there`, by `wire0`. */
const cases: readonly Case[] = [
  { what: "no rule", rules: "true", udp: "passes", tcp: "passes" },
  { what: "iptables' policy", rules: "iptables -P INPUT DROP", udp: "dropped", tcp: "dropped" },
  { what: "another family's policy", rules: "ip6tables -P INPUT DROP", udp: "passes", tcp: "passes" },
  {
    what: "ports that iptables accepts",
    rules: `iptables -P INPUT DROP; iptables -A INPUT -p udp -m multiport --dports 53,6000:6100 -j ACCEPT
      iptables -A INPUT -p tcp --dport 6641 -j ACCEPT`,
    udp: "passes",
    tcp: "dropped",
  },
  {
    what: "senders and links that iptables accepts, and one that it does not",
    rules: `iptables -P INPUT DROP; iptables -A INPUT -s ${there}/24 -i wire+ -p udp -j ACCEPT
      iptables -A INPUT ! -s ${there} -p tcp -j ACCEPT`,
    udp: "passes",
    tcp: "dropped",
  },
  {
    what: "chains of iptables that return, and lead on",
    rules: `iptables -N site; iptables -N deeper; iptables -A INPUT -j site; iptables -A INPUT -j REJECT
      iptables -A site -p udp -g deeper; iptables -A site -p tcp -j RETURN; iptables -A site -j ACCEPT
      iptables -A deeper -m conntrack --ctstate RELATED,ESTABLISHED -j DROP
      iptables -A deeper -m addrtype --dst-type LOCAL -m comment --comment 'with words -j DROP' -j ACCEPT`,
    udp: "passes",
    tcp: "dropped",
  },
  {
    what: "marks and states that a new packet has not",
    rules: `iptables -P INPUT DROP; iptables -A INPUT -m mark --mark 0x10000/0x10000 -j ACCEPT
      iptables -A INPUT -p tcp -m conntrack --ctstate NEW -j ACCEPT`,
    udp: "dropped",
    tcp: "passes",
  },
  { what: "nftables' policy", rules: site(""), udp: "dropped", tcp: "dropped" },
  {
    what: "sets, ranges and prefixes of nftables",
    rules: site(
      `ct state { established, related } accept; iifname "lo" accept
       ip saddr 10.9.0.0/24 udp dport 6000-6100 accept; tcp dport { 22, 6641 } accept`,
    ),
    udp: "passes",
    tcp: "dropped",
  },
  {
    what: "named sets, verdict maps and wildcards of nftables",
    rules: site(
      `iifname "wire*" meta l4proto vmap { tcp : jump of_tcp, udp : goto of_udp }`,
      "accept",
      `set open { type inet_service; elements = { 22, 6640 } }
       chain of_tcp { tcp dport @open return; drop; }
       chain of_udp { udp dport != 6081 accept; reject; }`,
    ),
    udp: "dropped",
    tcp: "passes",
  },
  {
    what: "a chain that accepts what another one drops",
    rules: `${site("accept", "accept")}
      nft 'add table ip other; add chain ip other raw { type filter hook prerouting priority -300; }
        add rule ip other raw udp dport 6081 drop'`,
    udp: "dropped",
    tcp: "passes",
  },
  {
    what: "where packets are forwarded to",
    rules:
      "nft 'add table inet site; add chain inet site f { type filter hook forward priority 0; policy drop; }'",
    udp: "passes",
    tcp: "passes",
  },
];

const clean = `for program in iptables ip6tables; do
    $program -F; $program -X; $program -P INPUT ACCEPT
  done
  for table in 'inet site' 'ip other'; do nft delete table $table 2>/dev/null || true; done`;

for (const { what, rules, udp, tcp } of cases)
  test(`O16 what becomes of a packet is told as the kernel does it: ${what}`, async () => {
    await sh(clean);
    await sh(rules);
    assert.deepEqual(
      { udp: await truth("udp", 6081), tcp: await truth("tcp", 6640) },
      { udp, tcp },
      "the kernel's word",
    );
    assert.deepEqual({ udp: await foretold("udp", 6081), tcp: await foretold("tcp", 6640) }, { udp, tcp });
    await sh(clean);
  });

test("O16 what only the kernel can tell is told as such", async () => {
  await sh("iptables -P INPUT DROP; iptables -A INPUT -p udp -m limit --limit 5/min -j ACCEPT");
  assert.deepEqual([await foretold("udp", 6081), await foretold("tcp", 6640)], ["perhaps", "dropped"]);
  await sh(clean);
  await sh(site("limit rate 5/minute accept"));
  assert.equal(await foretold("udp", 6081), "perhaps");
  await sh(clean);
});
