import { readFileSync } from "node:fs";

/** Of each link, how many packets were sent by it since it is there (proc_net_dev(5)); empty where that cannot be read. */
export function sentPackets(): ReadonlyMap<string, number> {
  const sent = new Map<string, number>();
  for (const line of read().split("\n")) {
    const [, name, numbers = ""] = /^\s*(\S+):(.*)$/.exec(line) ?? [];
    // Eight columns tell of what was received.
    const packets = Number(numbers.trim().split(/\s+/)[9]);
    if (name !== undefined && Number.isInteger(packets)) sent.set(name, packets);
  }
  return sent;
}

function read(): string {
  try {
    return readFileSync("/proc/self/net/dev", "utf8");
  } catch {
    // Without proc nothing is known of any link.
    return "";
  }
}
