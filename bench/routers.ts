import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { withProgress } from "../lab/progress.ts";
import { until } from "../lab/until.ts";
import { ApiClient } from "../packages/fairway/src/api/client.ts";
import { derive } from "../packages/fairway/src/identity.ts";
import { inParallel } from "./scale-cluster.ts";
import { cpuMs } from "./scale-processes.ts";
import { processes, Site } from "./scale-site.ts";
import { milliseconds, summarize, table } from "./statistics.ts";

/** `make bench-routers`: what an attachment, one more endpoint and one more network of a route target cost where there are many routers. */
const counts = [10, Number(process.env["ROUTERS"] ?? 100)];
const networksEach = 10;
const sharing = 50;
const target = "64512:1";
const rounds = Number(process.env["ROUNDS"] ?? 20);
const results = "bench/routers.md";

await using site = await Site.start(3);
await using api = new ApiClient({ target: site.center.rootTarget });
const rows: string[][] = [];
let made = 0;
for (const count of counts) {
  const title = `${count} routers with ${networksEach} networks each`;
  await withProgress(`Making ${title}`, () => site.engine.withoutNorthd(() => grow(count)));
  await withProgress("Waiting for northd", () => site.settled());
  const attachment = await withProgress(`Attaching a network, ${title}`, () => measureAttachment(count));
  const endpoint = await withProgress(`Making an endpoint, ${title}`, measureEndpoint);
  rows.push([String(count * networksEach), "a network is attached", ...attachment]);
  rows.push([String(count * networksEach), "one more endpoint", ...endpoint]);
}
await withProgress(`Making ${sharing} networks of one route target`, share);
await withProgress("Waiting for northd", () => site.settled());
rows.push([
  String(made + counts.length + sharing),
  `one more network of a route target that ${sharing} have`,
  ...(await withProgress("Giving a route target", measureTarget)),
]);
writeFileSync(
  results,
  `# Many routers

\`make bench-routers\` writes this file. ${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}; databases, ovn-northd and center are real, each a process; three
hosts follow their states. Each thing is done and undone ${rounds} times by the API. Medians, ms: from the request to the answer and to its port in OVN's Southbound, and what the processes
need of the CPU for doing it.

${table(["networks in all", "what", "answered", "in Southbound", "middle half", ...processes.map((name) => `CPU of ${name}`)], rows)}
`,
);
console.log(`Written to ${results}.`);

/** Makes what is missing to so many routers. */
async function grow(count: number): Promise<void> {
  const from = made / networksEach;
  for (let at = from; at < count; at++) await api.createRouter({}, { name: routerOf(at) });
  await inParallel((count - from) * networksEach, async (index) => {
    const at = from + Math.floor(index / networksEach);
    const number = index % networksEach;
    await make(networkOf(at, number), `10.${at}.${number}.0/24`);
    await api.attachNetwork({ router: routerOf(at), network: networkOf(at, number) }, {});
  });
  made = count * networksEach;
  await make(spareOf(count), `10.200.${count}.0/24`);
}

async function share(): Promise<void> {
  await inParallel(sharing, async (at) => {
    await make(`shared-${at}`, `10.201.${at}.0/24`, { rt: target });
  });
}

async function make(name: string, cidr: string, labels: Record<string, string> = {}): Promise<string> {
  return (await api.createNetwork({}, { name, subnets: [{ cidr }], labels })).uuid;
}

function routerOf(at: number): string {
  return `r${at}`;
}

/** A network without a router, which is attached and detached again beside so many routers. */
function spareOf(count: number): string {
  return `spare-${count}`;
}

function networkOf(router: number, number: number): string {
  return `net-${router}-${number}`;
}

async function measureAttachment(count: number): Promise<string[]> {
  const router = routerOf(0);
  const network = spareOf(count);
  const [{ uuid }, { uuid: of }] = await Promise.all([
    api.showNetwork({ reference: network }),
    api.showRouter({ router }),
  ]);
  return measure({
    port: () => derive("router-port", uuid, of),
    work: () => api.attachNetwork({ router, network }, {}),
    undo: () => api.detachNetwork({ router, network }),
  });
}

function measureEndpoint(): Promise<string[]> {
  let port = "";
  return measure({
    port: () => port,
    work: async () => {
      port = (await api.createPort({}, { name: "one-more", network: networkOf(0, 0) })).uuid;
    },
    undo: () => api.removePort({ reference: "one-more" }),
  });
}

async function measureTarget(): Promise<string[]> {
  const uuid = await make("one-more", "10.202.0.0/24");
  const label = (rt: string | null) => api.updateNetwork({ reference: uuid }, { labels: { rt } });
  return measure({
    port: () => derive("route-target-port", uuid, target),
    work: () => label(target),
    undo: () => label(null),
  });
}

interface Measured {
  /** The port of Southbound's by whose name it is there. */
  readonly port: () => string;
  readonly work: () => Promise<unknown>;
  readonly undo: () => Promise<unknown>;
}

async function measure({ port, work, undo }: Measured): Promise<string[]> {
  const [answered, inSouthbound]: [number[], number[]] = [[], []];
  const cpu = new Map(processes.map((name) => [name, 0]));
  for (let round = 0; round < rounds; round++) {
    const before = site.ofEach(cpuMs);
    const begun = performance.now();
    await work();
    answered.push(performance.now() - begun);
    await site.southbound.appears(port());
    inSouthbound.push(performance.now() - begun);
    const after = site.ofEach(cpuMs);
    for (const name of processes) cpu.set(name, (cpu.get(name) ?? 0) + (after[name] - before[name]) / rounds);
    await undo();
    await until("it to be gone", () => !site.southbound.has(port()), { timeoutMs: 60_000 });
  }
  const { median, lowerQuartile, upperQuartile } = summarize(inSouthbound);
  return [
    milliseconds(summarize(answered).median),
    milliseconds(median),
    `${milliseconds(lowerQuartile)} to ${milliseconds(upperQuartile)}`,
    ...processes.map((name) => milliseconds(cpu.get(name) ?? 0)),
  ];
}
