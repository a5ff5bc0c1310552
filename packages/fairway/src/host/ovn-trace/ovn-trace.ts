import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FairwayError } from "../../errors.ts";
import { run } from "../program.ts";
import { relayWithout } from "./relay.ts";

/** The tables look at connections so often at most; what is left over is not used. */
const looksAtConnections = 8;

/** It reads the whole Southbound first. */
const boundMs = 20_000;

/**
 * What OVN's tables do with a packet, table by table, as ovn-trace(8) prints it. Each connection that the tables look at is a new one.
 *
 * ovn-trace does not understand ranges of addresses in port security, and drops what OVN lets through (23.03 to 26.03): it reads
 * the Southbound without them. So only packets of a port's own addresses may be asked about.
 * @param southbound its remote, `unix:PATH` or `tcp:HOST:PORT`.
 * @param flow the packet, as ovn-sb(5) writes matches; its `inport` says where it begins.
 * @throws as `run` does, `unavailable` where the Southbound cannot be read, and `unsupported` of one that only a key opens.
 */
export async function ovnTrace(southbound: string, flow: string, signal: AbortSignal): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "fairway-trace-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const socket = join(directory, "southbound");
  stack.use(await relayWithout({ table: "Port_Binding", column: "port_security" }, southbound, socket));
  const words = [
    `--db=unix:${socket}`,
    "--no-leader-only",
    "--no-friendly-names",
    "--detailed",
    ...Array.from({ length: looksAtConnections }, () => "--ct=new"),
    flow,
  ];
  const { code, stdout, stderr } = await run("ovn-trace", words, { boundMs, signal });
  if (code === 0) return stdout.trim();
  const why = stderr.trim().split("\n").at(-1)?.replaceAll(`unix:${socket}`, southbound) ?? `status ${code}`;
  throw new FairwayError("unavailable", `OVN's Southbound cannot be read: ${why}`);
}
