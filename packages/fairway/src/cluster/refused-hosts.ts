import { isIP } from "node:net";
import { run } from "../agent/egress/command.ts";
import { FairwayError } from "../errors.ts";
import { southboundPort } from "./southbound.ts";

/** Beyond the life of any certificate that a host may still have. */
const refusedFor = "25h";

/** A table of our own, made when the first host is refused. */
const table = "inet fairway_center";

/** Lets a removed host reach OVN's Southbound no more, which cannot know that its certificate is not wanted any longer. */
export async function refuse(address: string): Promise<void> {
  await nft(`add table ${table}
add set ${table} refused4 { type ipv4_addr; flags timeout; }
add set ${table} refused6 { type ipv6_addr; flags timeout; }
add chain ${table} southbound { type filter hook input priority filter - 5; policy accept; }
flush chain ${table} southbound
add rule ${table} southbound tcp dport ${southboundPort} ip saddr @refused4 reject with tcp reset
add rule ${table} southbound tcp dport ${southboundPort} ip6 saddr @refused6 reject with tcp reset
add element ${table} ${setOf(address)} { ${address} timeout ${refusedFor} }
`);
}

/** A machine that was admitted again is let through. */
export async function letThrough(address: string): Promise<void> {
  const { code } = await run("nft", ["list", "table", ...table.split(" ")]);
  if (code !== 0) return;
  // Adding it first makes the deletion right also where it is not there.
  await nft(`add element ${table} ${setOf(address)} { ${address} }
delete element ${table} ${setOf(address)} { ${address} }
`);
}

const setOf = (address: string): string => (isIP(address) === 6 ? "refused6" : "refused4");

async function nft(script: string): Promise<void> {
  const { code, stderr } = await run("nft", ["--file", "-"], script);
  if (code !== 0) throw new FairwayError("unavailable", `nft refused: ${stderr.trim()}`);
}
