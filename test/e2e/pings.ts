import type { Host } from "../../lab/host/host.ts";
import { until } from "../../lab/until.ts";
import { intoNetwork } from "./docker-network.ts";

/** What a ping of the host's own program from a container's network prints, with the TTL; empty where none is answered. */
export async function pinged(host: Host, from: string, to: string, ...flags: string[]): Promise<string> {
  const words = [...(await intoNetwork(host, from)), "ping", "-n", "-c", "1", "-W", "2", ...flags, to];
  const { stdout, code } = await host.run(words, { check: false });
  return code === 0 ? stdout : "";
}

/** Waits until such a ping is answered. */
export function reaches(host: Host, from: string, to: string, ...flags: string[]): Promise<true> {
  return until(`${from} to reach ${to}`, async () => (await pinged(host, from, to, ...flags)) !== "");
}

/** Waits until one is answered no more. */
export function reachesNot(host: Host, from: string, to: string): Promise<true> {
  return until(`${from} to reach ${to} no more`, async () => (await pinged(host, from, to)) === "");
}
