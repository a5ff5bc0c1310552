import { enterPrivateNetwork } from "../private-network.ts";

enterPrivateNetwork();

import assert from "node:assert/strict";
import { afterEach, before, test } from "node:test";
import { shutPorts } from "../../../src/agent/firewall/needed-ports.ts";
import { sh } from "../chassis-network.ts";

const address = "10.9.0.1";
const ports = [
  { what: "Fairway's API", protocol: "tcp", port: 6640 },
  { what: "tunnels", protocol: "udp", port: 6081 },
] as const;
/** One in this host's subnet, one elsewhere. */
const peers = ["10.9.0.2", "192.0.2.7"];

before(() =>
  sh(
    `ip link add wire0 type veth peer name wire1; ip address add ${address}/24 dev wire0; ip link set wire0 up; ip link set wire1 up`,
  ),
);
afterEach(() => sh("iptables -F; iptables -P INPUT ACCEPT; nft delete table inet site 2>/dev/null || true"));

const look = () => shutPorts({ address, ports, peers });
const open = async () => {
  const shut = (await look()) ?? assert.fail("nothing is shut");
  await sh(shut.mend);
  return shut;
};

test("O16 no port is shut where nothing is dropped", async () => {
  assert.equal(await look(), undefined);
});

test("O16 ports that iptables drops are named with their line, which opens them to the cluster alone", async () => {
  await sh("iptables -P INPUT DROP; iptables -A INPUT -p tcp --dport 22 -j ACCEPT");
  assert.deepEqual(await open(), {
    seen: "iptables (INPUT) on this host drops what other hosts send to TCP 6640 (Fairway's API), UDP 6081 (tunnels)",
    mend: [
      "iptables -I INPUT -s 10.9.0.0/24 -p tcp --dport 6640 -j ACCEPT",
      "iptables -I INPUT -s 192.0.2.7 -p tcp --dport 6640 -j ACCEPT",
      "iptables -I INPUT -s 10.9.0.0/24 -p udp --dport 6081 -j ACCEPT",
      "iptables -I INPUT -s 192.0.2.7 -p udp --dport 6081 -j ACCEPT",
    ].join(" && "),
  });
  assert.equal(await look(), undefined);
});

test("O16 a host that a rule shuts out is seen, although others come in", async () => {
  await sh("iptables -A INPUT -s 192.0.2.7 -p udp -j DROP");
  const { seen } = (await look()) ?? assert.fail();
  assert.match(seen, /UDP 6081 \(tunnels\)$/);
  assert.doesNotMatch(seen, /6640/);
});

test("O16 each chain of nftables that drops a port has its line", async () => {
  await sh(`nft -f - <<EOF
table inet site {
  chain input { type filter hook input priority 0; policy drop; tcp dport 6640 accept; }
  chain late { type filter hook input priority 10; policy accept; udp dport 6081 reject; }
}
EOF`);
  const { seen, mend } = await open();
  assert.equal(
    seen,
    "nftables (inet site input) and nftables (inet site late) on this host drop what other hosts send to UDP 6081 (tunnels)",
  );
  assert.match(mend, /^nft insert rule inet site input ip saddr 10\.9\.0\.0\/24 udp dport 6081 accept && /);
  assert.equal(await look(), undefined);
});
