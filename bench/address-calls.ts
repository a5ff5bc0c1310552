import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { OvsdbClient } from "@fairway/ovsdb";
import { startFairway } from "../lab/fairway.ts";
import { Lab } from "../lab/lab.ts";
import { withProgress } from "../lab/progress.ts";
import { parseVariant } from "../lab/trees/tree.ts";
import { ApiClient } from "../packages/fairway/src/api/client.ts";
import { milliseconds, summarize, table } from "./statistics.ts";

/**
 * What an address costs: RequestAddress and CreateEndpoint through the plugin's socket, one after the other as an engine calls them, with
 * nothing else going on. The same through the API's socket, and a bare commit to the intent's database, tell where the
 * time goes.
 */
const rounds = Number(process.env["ROUNDS"] ?? 200);
const variant = parseVariant(process.env["VARIANT"] ?? "debian12");
/** Rounds before the measurement: Node compiles what runs often. */
const warmUp = 50;

await using lab = await withProgress("Starting a host", () => Lab.start({ hosts: 1, variant }));
const host = lab.host("h1");
await withProgress("Starting Fairway", () => startFairway(lab, { log: { level: "info", format: "json" } }));
const create = "docker network create --driver fairway --ipam-driver fairway --subnet 10.1.0.0/16 blue";
const networkId = await host.sh(create);
await using api = new ApiClient({
  target: `unix:${join(host.rootPath, "/run/fairway/api.sock")}`,
  tls: undefined,
});
const pool = (await api.showNetwork({ reference: networkId })).subnets[0]?.uuid ?? "";
const pluginSocket = join(host.rootPath, "/run/docker/plugins/fairway.sock");
const connection = new Agent({ keepAlive: true });
const intent = new OvsdbClient({ remotes: [`unix:${join(host.rootPath, "/run/fairway/intent.sock")}`] });

const times = new Map<string, number[]>();
await withProgress(`Measuring ${rounds} rounds`, async () => {
  for (let round = -warmUp; round < rounds; round++) {
    if (round === 0) times.clear();
    await throughPlugin();
    await throughApi();
    await commit();
  }
});
const rows = [...times].map(([stage, samples]) => {
  const { median, lowerQuartile, upperQuartile } = summarize(samples);
  return [stage, milliseconds(median), `${milliseconds(lowerQuartile)} to ${milliseconds(upperQuartile)}`];
});
console.log(table(["stage", "median, ms", "middle half"], rows));
connection.destroy();
await intent.close();

async function throughPlugin(): Promise<void> {
  const endpointId = randomBytes(32).toString("hex");
  const begun = performance.now();
  const { Address } = await timed("plugin: RequestAddress", () =>
    call("IpamDriver.RequestAddress", { PoolID: pool, Address: "", Options: {} }),
  );
  await timed("plugin: CreateEndpoint", () =>
    call("NetworkDriver.CreateEndpoint", {
      NetworkID: networkId,
      EndpointID: endpointId,
      Interface: { Address, AddressIPv6: "", MacAddress: "" },
      Options: {},
    }),
  );
  note("plugin: both", performance.now() - begun);
  await call("NetworkDriver.DeleteEndpoint", { NetworkID: networkId, EndpointID: endpointId });
  await call("IpamDriver.ReleaseAddress", { PoolID: pool, Address });
}

async function throughApi(): Promise<void> {
  const key = { host: host.name, networkId, endpointId: randomBytes(32).toString("hex") };
  const { address } = await timed("api: requestAddress", () =>
    api.requestAddress({ host: host.name, pool }, {}),
  );
  const [ip = ""] = address.split("/");
  await timed("api: createDockerEndpoint", () => api.createDockerEndpoint(key, { addresses: [ip] }));
  await api.deleteDockerEndpoint(key);
  await api.releaseAddress({ host: host.name, pool, ip });
  await timed("api: a heartbeat, which writes nothing", () => api.recordHeartbeat({ host: host.name }));
}

/** A pool that nobody has, and that goes again. */
async function commit(): Promise<void> {
  const row = { cidr: "10.9.0.0/24", managed: true };
  const uuid = randomUUID();
  const insert = { op: "insert", table: "Subnet", uuid, row } as const;
  await timed("intent: a commit of one row", () => intent.transact("Fairway", [insert]));
  const where = [["_uuid", "==", ["uuid", uuid]]] as const;
  await intent.transact("Fairway", [{ op: "delete", table: "Subnet", where }]);
}

async function call(method: string, body: unknown): Promise<{ readonly Address?: string }> {
  const path = `/${method}`;
  const asked = request({ method: "POST", socketPath: pluginSocket, path, agent: connection });
  asked.end(JSON.stringify(body));
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  const content = (await json(answer)) as { readonly Address?: string };
  if (answer.statusCode !== 200) throw new Error(`${method}: ${JSON.stringify(content)}`);
  return content;
}

async function timed<T>(stage: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await work();
  note(stage, performance.now() - begun);
  return result;
}

function note(stage: string, ms: number): void {
  times.set(stage, [...(times.get(stage) ?? []), ms]);
}
