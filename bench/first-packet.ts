import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { startFairway } from "../lab/fairway.ts";
import { busyboxImage, type Host } from "../lab/host/host.ts";
import { Lab } from "../lab/lab.ts";
import { withProgress } from "../lab/progress.ts";
import { until } from "../lab/until.ts";
import { ApiClient } from "../packages/fairway/src/api/client.ts";
import { milliseconds, summarize, table } from "./statistics.ts";

/**
 * How many of a start's first packets get no answer. Twice: from containers that an engine starts, and as it would be with an engine
 * that loses no time between Join's answer and the container's first packet.
 */
const rounds = Number(process.env["ROUNDS"] ?? 100);
const subnet = "10.1.0.0/16";
const results = "bench/first-packet.md";

/** Hosts of OVN 23.03 and 25.03; the center is the older one's. */
const versions = { old: "debian12", new: "debian13" } as const;
type Place = keyof typeof versions;
const allWays: readonly (readonly [from: Place, to: Place])[] = [
  ["old", "old"],
  ["new", "new"],
  ["old", "new"],
  ["new", "old"],
];
/** Some of them alone: `WAYS=old-new,new-old`. */
const asked = process.env["WAYS"]?.split(",");
const ways = allWays.filter((way) => asked?.includes(way.join("-")) ?? true);

interface Measured {
  readonly from: Place;
  readonly to: Place;
  readonly lost: number;
  readonly joinMs: readonly number[];
}

export async function measureFirstPackets(): Promise<string> {
  await using lab = await withProgress("Starting two hosts", () =>
    Lab.start({
      hosts: [
        { name: "old", variant: versions.old, center: true },
        { name: "new", variant: versions.new },
      ],
    }),
  );
  await withProgress("Starting Fairway", () => startFairway(lab));
  const places = await makePlaces(lab);
  const atOnce: Measured[] = [];
  const started: string[][] = [];
  for (const [from, to] of ways) {
    const [here, there] = [places[from], places[to]];
    const way = `${from} to ${to}`;
    atOnce.push(
      await withProgress(`Measuring ${way}, at once`, async () => ({
        from,
        to,
        ...(await joinAndPing(here, there.address)),
      })),
    );
    const lost = await withProgress(`Measuring ${way}, docker run`, () =>
      runAndPing(here.host, there.address),
    );
    started.push([way, String(lost)]);
    // For who does not wait for the rest.
    console.error(`${way}: lost ${lost} by docker run, ${atOnce.at(-1)?.lost} at once, of ${rounds}`);
  }
  const rows = atOnce.map(({ from, to, lost, joinMs }, at) => {
    const { median, lowerQuartile, upperQuartile } = summarize(joinMs);
    const middle = `${milliseconds(lowerQuartile)} to ${milliseconds(upperQuartile)}`;
    return [`${from} to ${to}`, started[at]?.[1] ?? "", String(lost), milliseconds(median), middle];
  });
  return `## A start's first packet

To an older container on the same host or another one; OVN 23.03 (old) and 25.03 (new). Lost of ${rounds}: from a container that \`docker run\`
starts, and from one whose engine loses no time after Join's answer. What such a Join takes, ms.

${table(["from, to", "lost, docker run", "lost, at once", "Join, median", "middle half"], rows)}
`;
}

interface Site {
  readonly host: Host;
  readonly networkId: string;
  readonly pool: string;
  /** Of the container that is there already. */
  readonly address: string;
}

async function makePlaces(lab: Lab): Promise<Record<Place, Site>> {
  const [old, recent] = [lab.host("old"), lab.host("new")];
  await old.docker(
    "network",
    "create",
    "--driver",
    "fairway",
    "--ipam-driver",
    "fairway",
    "--subnet",
    subnet,
    "blue",
  );
  await using api = new ApiClient({
    target: `unix:${join(old.rootPath, "/run/fairway/api.sock")}`,
    tls: undefined,
  });
  const { subnets } = await until("the name blue", () =>
    api.showNetwork({ reference: "blue" }).catch(() => undefined),
  );
  const site = async (host: Host): Promise<Site> => {
    const networkId = await until(`blue on ${host.name}`, async () => {
      const inspect = ["docker", "network", "inspect", "--format", "{{.Id}}", "blue"];
      const { code, stdout } = await host.run(inspect, { check: false });
      return code === 0 && stdout.trim();
    });
    await host.docker(
      "run",
      "--detach",
      "--name",
      "older",
      "--network",
      "blue",
      busyboxImage,
      "sleep",
      "100000",
    );
    await host.docker(
      "run",
      "--detach",
      "--name",
      "inside",
      "--network",
      "none",
      busyboxImage,
      "sleep",
      "100000",
    );
    const template = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    const address = await host.docker("inspect", "--format", template, "older");
    return { host, address, networkId, pool: subnets[0]?.uuid ?? "" };
  };
  return { old: await site(old), new: await site(recent) };
}

async function runAndPing(host: Host, target: string): Promise<number> {
  let lost = 0;
  const ping = ["ping", "-c", "1", "-W", "1", target];
  for (let round = 0; round < rounds; round++) {
    const { code } = await host.run(["docker", "run", "--rm", "--network", "blue", busyboxImage, ...ping], {
      check: false,
    });
    if (code !== 0) lost++;
  }
  return lost;
}

/** Does what an engine does by the plugin's socket; a shell that waits beside it moves the link and pings. */
async function joinAndPing(
  { host, networkId, pool }: Site,
  target: string,
): Promise<Omit<Measured, "from" | "to">> {
  const pid = await host.docker("inspect", "--format", "{{.State.Pid}}", "inside");
  const fifo = "/run/first-packet";
  const enter = `nsenter -t ${pid} -n busybox`;
  const plug = `ip link set $link netns ${pid}; ${enter} sh -c "ip address add $address dev $link; ip link set $link up"`;
  // The kernel takes a moment to let packets through a pair of links, more where others use its network lock, too.
  const isUp = 'read -r state </sys/class/net/fw${link#fc}/operstate && [ "$state" = up ]';
  const ping = `${enter} ping -c 1 -W 1 ${target} >/dev/null && echo $round answered || echo $round lost`;
  await host.sh(`rm -f ${fifo}; mkfifo ${fifo}`);
  const script = `exec 3<>${fifo}; echo ready; while read -r round link address <&3; do ${plug}; until ${isUp}; do :; done; ${ping}; done`;
  await using shell = host.spawn(["sh", "-c", script]);
  await shell.printed(/ready/);
  let lost = 0;
  const joinMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const endpoint = { NetworkID: networkId, EndpointID: randomBytes(32).toString("hex") };
    const { Address = "" } = await call(host, "IpamDriver.RequestAddress", {
      PoolID: pool,
      Address: "",
      Options: {},
    });
    await call(host, "NetworkDriver.CreateEndpoint", {
      ...endpoint,
      Interface: { Address, AddressIPv6: "", MacAddress: "" },
      Options: {},
    });
    const begun = performance.now();
    const answer = await call(host, "NetworkDriver.Join", { ...endpoint, SandboxKey: "/none", Options: {} });
    joinMs.push(performance.now() - begun);
    await writeFile(join(host.rootPath, fifo), `${round} ${answer.InterfaceName?.SrcName} ${Address}\n`);
    const [, outcome] = await shell.printed(new RegExp(`^${round} (\\w+)$`, "m"));
    if (outcome !== "answered") lost++;
    await call(host, "NetworkDriver.DeleteEndpoint", endpoint);
    await call(host, "IpamDriver.ReleaseAddress", { PoolID: pool, Address: Address.split("/")[0] });
  }
  return { lost, joinMs };
}

interface Answer {
  readonly Address?: string;
  readonly InterfaceName?: { readonly SrcName: string };
}

async function call(host: Host, method: string, body: unknown): Promise<Answer> {
  const socketPath = join(host.rootPath, "/run/docker/plugins/fairway.sock");
  const asked = request({ method: "POST", socketPath, path: `/${method}` });
  asked.end(JSON.stringify(body));
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  const content = (await json(answer)) as Answer;
  if (answer.statusCode !== 200) throw new Error(`${method}: ${JSON.stringify(content)}`);
  return content;
}

if (import.meta.main) {
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const report = `# First packets

\`make bench-first-packet\` writes this file. ${machine}.

${await measureFirstPackets()}`;
  console.log(report);
  writeFileSync(results, report);
  console.log(`Written to ${results}.`);
}
