import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { startFairway } from "../lab/fairway.ts";
import { busyboxImage, type Host } from "../lab/host/host.ts";
import { Lab } from "../lab/lab.ts";
import { withProgress } from "../lab/progress.ts";
import { until } from "../lab/until.ts";
import { createNetwork } from "../test/e2e/docker-network.ts";
import { Wire } from "../test/e2e/wire.ts";
import { milliseconds, rotated, summarize, table } from "./statistics.ts";

/** `make bench-vlan`: many VLAN networks on one trunk of one host. Does the last one, and a start on it, cost what the first did? */
const networks = Number(process.env["NETWORKS"] ?? 200);
/** Of each kind of start. */
const rounds = Number(process.env["ROUNDS"] ?? 20);
/** Of the first and of the last networks: what their making is compared by. */
const compared = Math.min(20, Math.floor(networks / 2));
const results = "bench/vlan.md";
const firstVlan = 100;

/** Whose memory is looked at, by the name of the process. */
const processes = {
  Fairway: "fairway",
  ovn: "ovn-controller",
  switch: "ovs-vswitchd",
  northd: "ovn-northd",
} as const;
type Process = keyof typeof processes;

const nameOf = (at: number) => `vlan${firstVlan + at}`;
const macvlan = "macvlan";

await using lab = await withProgress("Starting a host", () => Lab.start({ hosts: 1, variant: "debian12" }));
const host = lab.host("h1");
const wire = await Wire.lay(lab);
for (const nic of ["eth1", "eth2"]) await wire.plug(host, nic);
await withProgress("Starting Fairway", () => startFairway(lab));
await host.sh(`fairway physical-network create office --type vlan --range ${firstVlan}-${firstVlan + networks - 1}
  fairway physical-port create office eth1; ip link set eth2 up`);
await host.docker(
  "network",
  "create",
  "-d",
  "macvlan",
  "-o",
  "parent=eth2",
  "--subnet",
  "10.99.0.0/24",
  macvlan,
);

const before = await memoryOf(host);
const making: number[] = [];
await withProgress(`Making ${networks} networks`, async (detail) => {
  for (let at = 0; at < networks; at++) {
    const begun = performance.now();
    const subnet = `10.${100 + Math.floor(at / 200)}.${at % 200}.0/24`;
    await createNetwork(host, nameOf(at), "--subnet", subnet, "-o", "physicalnetwork=office");
    making.push(performance.now() - begun);
    detail(String(at + 1));
  }
});
const settled = { timeoutMs: 120_000 };
await until("OVN to have them all", async () => (await switches(host)) >= networks, settled);
const after = await memoryOf(host);

const kinds = { "first network": nameOf(0), "last network": nameOf(networks - 1), macvlan } as const;
const starts = new Map<string, number[]>(Object.keys(kinds).map((kind) => [kind, []]));
await withProgress(`Starting ${rounds} containers of each kind`, async () => {
  for (let round = 0; round < rounds; round++)
    for (const [kind, network] of rotated(Object.entries(kinds), round)) {
      const begun = performance.now();
      await host.docker("run", "--rm", "--network", network, busyboxImage, "true");
      starts.get(kind)?.push(performance.now() - begun);
    }
});

writeFileSync(results, report());
console.log(`Written to ${results}.`);

/** Resident, MiB. */
async function memoryOf(machine: Host): Promise<Record<Process, number>> {
  const entries = Object.entries(processes).map(async ([name, process]) => {
    const find = process === "fairway" ? "cat /run/fairway.pid" : `pidof ${process}`;
    const text = await machine.sh(`for pid in $(${find}); do grep VmRSS /proc/$pid/status; done`);
    const sizes = [...text.matchAll(/VmRSS:\s+(\d+)/g)].map(([, size]) => Number(size) / 1_024);
    return [name, sizes.reduce((sum, size) => sum + size, 0)] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<Process, number>;
}

async function switches(machine: Host): Promise<number> {
  return Number(
    await machine.sh(
      "ovn-nbctl --bare --columns=_uuid find Logical_Switch external_ids:fairway!=- | grep -c .",
    ),
  );
}

function report(): string {
  const row = (what: string, samples: readonly number[]) => {
    const { median, lowerQuartile, upperQuartile } = summarize(samples);
    return [what, milliseconds(median), `${milliseconds(lowerQuartile)} to ${milliseconds(upperQuartile)}`];
  };
  const memory = (Object.keys(processes) as Process[]).map((name) => [
    name === "Fairway" ? "fairway run, center and host" : processes[name],
    before[name].toFixed(0),
    after[name].toFixed(0),
    (((after[name] - before[name]) * 1_024) / networks).toFixed(0),
  ]);
  return `# Many VLANs on one trunk

\`make bench-vlan\` writes this file. ${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}; one host with Docker 20.10 and OVN 23.03, and
Open vSwitch's datapath in user space. ${networks} networks, each on a VLAN of its own, are made one after the other by \`docker network create\`.

${table(["docker network create", "median, ms", "middle half, ms"], [row(`the first ${compared}`, making.slice(0, compared)), row(`the last ${compared}`, making.slice(-compared))])}

\`docker run --rm … true\`, ${rounds} times on each, in turn, while all ${networks} networks are there. macvlan is Docker's own driver, on a second interface without a
tag: this kernel has no sub-interfaces for VLANs.

${table(
  ["docker run", "median, ms", "middle half, ms"],
  Array.from(starts, ([kind, samples]) => row(kind, samples)),
)}

${table(["resident memory", "before, MiB", "after, MiB", "for each network, KiB"], memory)}
`;
}
