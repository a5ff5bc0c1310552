/**
 * Compares this client with python3-openvswitch: loading a Northbound database, transactions a second on one connection,
 * and peak memory. `node bench/load.ts [PORTS] [RUNS]`; needs ovsdb-server, ovn-central's schema and python3-openvswitch.
 */
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OvsdbClient, operationsFor, parseSchema } from "../src/index.ts";
import { TestServer } from "../test/server.ts";

interface Figures {
  readonly rows: number;
  readonly loadMs: number;
  readonly perSecond: number;
  readonly peakMiB: number;
  readonly parser?: string;
}

const schemaFile = process.env["OVN_NB_SCHEMA"] ?? "/usr/share/ovn/ovn-nb.ovsschema";
const [ports = 100_000, runs = 3] = process.argv.slice(2).map(Number);
const portsPerSwitch = 1_000;
const updates = 5_000;

async function fill(remote: string): Promise<void> {
  const schema = parseSchema(JSON.parse(readFileSync(schemaFile, "utf8")));
  const op = operationsFor(schema);
  await using client = new OvsdbClient({ remotes: [remote] });
  for (let first = 0; first < ports; first += portsPerSwitch) {
    const uuids = Array.from({ length: Math.min(portsPerSwitch, ports - first) }, () => randomUUID());
    const rows = uuids.map((uuid, index) => {
      const number = first + index;
      const address = `0a:58:0a:${hex(number >> 16)}:${hex(number >> 8)}:${hex(number)} 10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
      const row = {
        name: `port-${number}`,
        addresses: [address],
        port_security: [address],
        enabled: true,
        options: { "requested-chassis": `host-${number % 500}` },
        external_ids: { owner: "bench", container: uuid },
      };
      return op.insert("Logical_Switch_Port", row, uuid);
    });
    const lswitch = op.insert("Logical_Switch", { name: `switch-${first / portsPerSwitch}`, ports: uuids });
    await client.transact(schema.name, [...rows, lswitch]);
  }
}

function hex(number: number): string {
  return (number & 255).toString(16).padStart(2, "0");
}

function measure(command: string, script: string, remote: string): Figures {
  const args = [join(import.meta.dirname, script), remote, schemaFile, String(updates)];
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${script}: ${stderr}`);
  return JSON.parse(stdout) as Figures;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await using server = await TestServer.start([schemaFile]);
await fill(server.remote);
// The server's own work is the same for both; what it keeps ready after its first answer is made ready here.
const clients = [
  ["@fairway/ovsdb", process.execPath, "client.ts"],
  ["python3-openvswitch", "/usr/bin/python3", "load.py"],
] as const;
measure(process.execPath, "client.ts", server.remote);
print(`${ports} ports, Node ${process.version}\n`);
print("| client | run | rows | load, ms | transactions/s | peak memory, MiB |");
print("| --- | --- | --- | --- | --- | --- |");
for (let run = 1; run <= runs; run++) {
  for (const [name, command, script] of clients) {
    const { rows, loadMs, perSecond, peakMiB, parser } = measure(command, script, server.remote);
    const label = parser === undefined ? name : `${name} (${parser} JSON parser)`;
    print(
      `| ${label} | ${run} | ${rows} | ${loadMs.toFixed(0)} | ${perSecond.toFixed(0)} | ${peakMiB.toFixed(0)} |`,
    );
  }
}
