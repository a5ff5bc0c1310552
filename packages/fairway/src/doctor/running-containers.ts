import { readFile } from "node:fs/promises";
import { z } from "zod";
import { askHttp } from "./http.ts";

/** More are not looked at one by one: a check has some seconds. */
const lookedAtMost = 100;

const listed = z.array(z.object({ Id: z.string() }));

const inspected = z.object({
  Name: z.string(),
  ResolvConfPath: z.string().catch(""),
  State: z.object({ Pid: z.int() }),
  HostConfig: z.object({
    NetworkMode: z.string().catch(""),
    Dns: z.array(z.string()).nullish().catch(undefined),
  }),
  NetworkSettings: z.object({
    Networks: z.record(z.string(), z.object({ NetworkID: z.string(), IPAddress: z.string().catch("") })),
  }),
});

/** A container of this engine that runs, and whom it asks for names. */
export interface RunningContainer {
  readonly name: string;
  readonly pid: number;
  /** By the engine's id of the network: its address there, empty where it has none. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Whether it has a network of its own. */
  readonly isApart: boolean;
  /** Whether it has name servers of its own (`--dns`). */
  readonly hasOwnServers: boolean;
  /** The first server in its resolv.conf. */
  readonly server: string | undefined;
  /** Whom Docker's resolver asks for it; none where the engine does not tell: before 25. */
  readonly asked: readonly { readonly server: string; readonly isFromHost: boolean }[];
}

/** @throws `unavailable` or `timeout` where the engine does not answer. */
export async function runningContainers(socket: string): Promise<readonly RunningContainer[]> {
  const ids = listed.parse(await askHttp(socket, "GET", "/containers/json")).slice(0, lookedAtMost);
  const found = ids.map(async ({ Id }) => {
    // One that ends in this moment is no fault.
    const answer = await askHttp(socket, "GET", `/containers/${Id}/json`).catch(() => undefined);
    const read = inspected.safeParse(answer);
    return read.success && read.data.State.Pid > 0 ? [await containerOf(read.data)] : [];
  });
  return (await Promise.all(found)).flat();
}

async function containerOf(read: z.infer<typeof inspected>): Promise<RunningContainer> {
  const { Name, ResolvConfPath, State, HostConfig, NetworkSettings } = read;
  const text = await readFile(ResolvConfPath, "utf8").catch(() => "");
  return {
    name: Name.replace(/^\//, ""),
    pid: State.Pid,
    addresses: new Map(
      Object.values(NetworkSettings.Networks).map(({ NetworkID, IPAddress }) => [NetworkID, IPAddress]),
    ),
    isApart: !/^(host$|none$|container:)/.test(HostConfig.NetworkMode),
    hasOwnServers: (HostConfig.Dns ?? []).length > 0,
    server: /^nameserver\s+(\S+)/m.exec(text)?.[1],
    asked: askedIn(text),
  };
}

/** Docker's own note in a container's resolv.conf: `# ExtServers: [192.0.2.1 host(192.0.2.2)]` (moby `resolvconf`). */
export function askedIn(resolvConf: string): RunningContainer["asked"] {
  const list = /^# ExtServers: \[(.*)\]$/m.exec(resolvConf)?.[1] ?? "";
  return list
    .split(" ")
    .filter((each) => each !== "")
    .map((each) => {
      const server = /^host\((.*)\)$/.exec(each)?.[1];
      return { server: server ?? each, isFromHost: server !== undefined };
    });
}
