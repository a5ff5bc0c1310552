import assert from "node:assert/strict";
import type { Host } from "../../lab/host/host.ts";
import { until } from "../../lab/until.ts";

/** What is dead goes within a minute; an address that was never bound expires after `addresses.reservation`, at most 120 s. */
const sweptBoundMs = 180_000;

/** What Fairway has on a host, in every place where it keeps something. Equal texts: nothing was left. */
export async function tracesOf(host: Host): Promise<string> {
  const places = Object.entries(host.isCenter ? { ...hostPlaces, ...centerPlaces } : hostPlaces);
  const found = await Promise.all(
    places.map(async ([place, script]) => {
      // Sorted here: a pipe in the script would hide that a database does not answer.
      const lines = (await host.sh(script)).split("\n").sort();
      return `== ${place}\n${lines.join("\n")}\n`;
    }),
  );
  return found.join("");
}

/** Waits until nothing but the expected traces is there; the error shows what is too much. */
export async function becomes(host: Host, expected: string): Promise<void> {
  const goal = async () => (await tracesOf(host)) === expected;
  const isSwept = await until("leftovers to be gone", goal, { timeoutMs: sweptBoundMs, everyMs: 500 }).catch(
    () => false,
  );
  if (!isSwept) assert.equal(await tracesOf(host), expected);
}

/** Which of the machine's own links forward no IPv6 is no trace: engines change that when they like. */
const hostPlaces = {
  "OVS ports": "ovs-vsctl --bare --columns=name find Interface external_ids:fairway!=-",
  "ports of br-int": "ovs-vsctl list-ports br-int | grep -v '^ovn-' | sort || true",
  uplinks: "ip -brief address show | grep -E '^fw-leg' | sed 's/ *$//; s/fe80[^ ]*//' | sort || true",
  "routes and rules":
    "for family in -4 -6; do ip $family rule show | sort; ip $family route show table all proto 250 | sort; done",
  "nftables table":
    "nft --stateless list table inet fairway 2>/dev/null | sed '/set not_forwarding {/,/^\\t}/d' | tr ',' '\\n' | sed 's/^[ \t]*//' | sort || true",
  "accepted by iptables": "for program in iptables ip6tables; do $program -S | grep -w fairway || true; done",
  "accepted by nftables": "nft --stateless list ruleset 2>/dev/null | grep 'comment \"fairway\"' || true",
  links: "ip -oneline link show | grep -E ' f[wcpq][0-9a-f]{6,}[@:]' | cut -d: -f2 | sort || true",
  namespaces: "grep -E ' [^ ]*docker/netns/[0-9a-f]+ ' /proc/mounts | cut -d' ' -f2 | sort || true",
};

const centerPlaces = {
  "logical switches": "ovn-nbctl --bare --columns=name find Logical_Switch external_ids:fairway!=-",
  "logical routers": "ovn-nbctl --bare --columns=name find Logical_Router external_ids:fairway!=-",
  "port groups": "ovn-nbctl --bare --columns=name find Port_Group external_ids:fairway!=-",
  "logical ports": "ovn-nbctl --bare --columns=name find Logical_Switch_Port external_ids:fairway!=-",
  "sets of addresses": "ovn-nbctl --bare --columns=name find Address_Set external_ids:fairway!=-",
  "accepted by nftables": "nft --stateless list ruleset 2>/dev/null | grep 'comment \"fairway\"' || true",
  links: "ip -oneline link show | grep -E ' f[wcpq][0-9a-f]{6,}[@:]' | cut -d: -f2 | sort || true",
  intent: `for table in Organization Zone Security_Group Policy Network Router Router_Interface Subnet Address Vip Endpoint Host_Access Docker_Pool Docker_Network Docker_Endpoint Container_Port Container_Groups Publication; do
      ovsdb-client dump unix:/run/fairway/intent.sock Fairway $table _uuid | grep -E '^[0-9a-f]{8}-' | sed "s/^/$table /"
    done | sort || true`,
};
