import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { command } from "../program.ts";
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
 * @throws as `command` does, and `unsupported` of a Southbound that only a key opens.
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
  return await command("ovn-trace", words, { boundMs, signal });
}
