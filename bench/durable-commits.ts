import { checkout } from "../lab/lab.ts";
import type { BenchHost } from "./bench-host.ts";

const program = "packages/ovsdb/bench/durable.ts";

/** What it costs that the intent is on the disk before it is promised, on the disk that the host's database is on. */
export async function measureDurableCommits({ host }: BenchHost): Promise<string> {
  const argv = [process.execPath, `${checkout}/${program}`, "/var/lib"];
  const { stdout } = await host.run(argv, { timeoutMs: 300_000 });
  return `## Durable commits

What Fairway promises (an address, an endpoint, a token, an epoch) is on the disk before it answers: one fdatasync for all wishes that wait at the
same moment. \`${program}\` on the host's disk, 300 transactions of each kind, three times in turn.

${stdout.trim()}`;
}
