import { rm } from "node:fs/promises";
import { join } from "node:path";
import { nameService } from "../agent/firewall/name-service.ts";
import { Engine } from "../docker/engine.ts";
import { FairwayError, messageOf } from "../errors.ts";
import { dnsServersIn, dockerSettingsFile } from "../host/docker-settings.ts";
import { readIfThere, writePublicly } from "../host/files.ts";
import { ResolvConf, resolvConfBehindStub, resolvConfFile, serversBeyondHost } from "../host/resolv-conf.ts";
import { stateDirectory } from "./files.ts";

/** Where each host's agent answers its containers; an earlier Fairway wrote it into Docker's `dns`. */
const { address: agentAddress } = nameService;

/** The first whose resolver may ask from the host's namespace, unless `dns` is set; of 28 it is known. */
const firstAskingFromHost = 27;

const engineBoundMs = 10_000;

const restart =
  "Restart Docker (systemctl restart docker) to apply it; running containers keep their servers.";

export interface EngineDnsFiles {
  /** Docker's configuration (dockerd(8)). */
  readonly daemon: string;
  /** What we wrote there. `packaging/deb/postrm` reads it, too. */
  readonly record: string;
  readonly resolvConf: string;
  /** What systemd-resolved really asks (systemd-resolved.service(8)). */
  readonly behindStub: string;
}

/** Those of this machine. */
export const machineFiles: EngineDnsFiles = {
  daemon: dockerSettingsFile,
  record: join(stateDirectory, "engine-dns"),
  resolvConf: resolvConfFile,
  behindStub: resolvConfBehindStub,
};

/** The engine's version; undefined where it does not answer. */
export async function engineVersion(socket: string): Promise<string | undefined> {
  await using engine = new Engine(socket);
  return engine.version(AbortSignal.timeout(engineBoundMs)).catch(() => undefined);
}

/**
 * Newer engines ask for names from the host's namespace, past the agent, unless `dns` names servers: then from the container's. So the host's own
 * servers are named there. It is somebody else's file: it is changed only by `change`, and what somebody set there stays.
 * @param version of the engine; undefined: not known. @returns what a person still has to do.
 * @throws `conflict` where the file is no JSON object.
 */
export async function offerNames(
  { change, version }: { readonly change: boolean; readonly version: string | undefined },
  files: EngineDnsFiles = machineFiles,
): Promise<readonly string[]> {
  const { daemon } = files;
  const { settings, servers: present, isThere } = await readSettings(daemon);
  const known = await readRecord(files.record);
  const others = present.filter((server) => server !== agentAddress);
  const isFree = others.length === 0 || isSame(others, known?.servers);
  const isNeeded = asksFromHost(version) && isFree;
  const wanted = isNeeded ? await serversOf(files) : others;
  if (isNeeded && wanted.length === 0)
    return [
      `${files.resolvConf} names no server that containers reach: name one in "dns" of ${daemon}, or containers ask past Fairway.`,
    ];
  if (isSame(wanted, present)) return [];
  if (!change) return [isNeeded ? offer(wanted, daemon) : formerAddress(daemon)];
  if (isNeeded) await writeRecord(files.record, { servers: wanted, isMade: known?.isMade ?? !isThere });
  await writePublicly(daemon, textOf({ ...settings, dns: wanted }));
  if (!isNeeded) return [`${daemon} names ${agentAddress} in "dns" no longer. ${restart}`];
  return [`${daemon} names this host's servers (${wanted.join(", ")}) in "dns" now. ${restart}`];
}

/**
 * Writes this host's servers into Docker's `dns` again where they have changed since `offerNames` wrote them. What somebody changed since stays, and
 * so does all where this host names no server at the moment.
 * @returns the servers before and now; undefined where nothing was to be done. @throws `conflict` where the file is no JSON object.
 */
export async function followServers(
  files: EngineDnsFiles,
): Promise<{ readonly before: readonly string[]; readonly now: readonly string[] } | undefined> {
  const { daemon, record } = files;
  const known = await readRecord(record);
  if (known === undefined) return undefined;
  const { settings, servers: before } = await readSettings(daemon);
  const now = await serversOf(files);
  if (now.length === 0 || isSame(now, before) || !isSame(before, known.servers)) return undefined;
  await writeRecord(record, { ...known, servers: now });
  await writePublicly(daemon, textOf({ ...settings, dns: now }));
  return { before, now };
}

/**
 * Takes out of Docker's `dns` what `offerNames` wrote, and the agent's address. What somebody changed since stays.
 * @returns what a person still has to do.
 */
export async function withdrawNames(files: EngineDnsFiles = machineFiles): Promise<readonly string[]> {
  const { daemon, record } = files;
  const known = await readRecord(record);
  try {
    const { settings, servers: present } = await readSettings(daemon);
    const others = present.filter((server) => server !== agentAddress);
    const kept = isSame(others, known?.servers) ? [] : others;
    if (isSame(kept, present)) return [];
    const text = textOf({ ...settings, dns: kept });
    if (known?.isMade === true && text === textOf({})) await rm(daemon, { force: true });
    else await writePublicly(daemon, text);
    return [`Fairway's servers are no longer in "dns" of ${daemon}. ${restart}`];
  } catch (error) {
    const ours = known?.servers ?? [agentAddress];
    return [`${messageOf(error)}; if its "dns" is ${JSON.stringify(ours)}, Fairway wrote that: take it out.`];
  } finally {
    await rm(record, { force: true });
  }
}

function asksFromHost(version: string | undefined): boolean {
  // One that is not known may be a newer one.
  return !(Number.parseInt(version ?? "", 10) < firstAskingFromHost);
}

function serversOf({ resolvConf, behindStub }: EngineDnsFiles): Promise<readonly string[]> {
  return serversBeyondHost([resolvConf, behindStub].map((path) => new ResolvConf(path, agentAddress)));
}

function offer(servers: readonly string[], daemon: string): string {
  return (
    `So that containers find those of other hosts by name, put ${lineOf(servers).trim()} into ${daemon} and restart Docker; ` +
    "--dns writes it. Docker from 28 on asks from the host otherwise, past Fairway."
  );
}

function formerAddress(daemon: string): string {
  return (
    `${daemon} names ${agentAddress} in "dns", as an earlier Fairway wrote it: only containers on Fairway's networks reach that server. ` +
    "Take it out and restart Docker; --dns takes it out."
  );
}

interface Settings {
  readonly settings: Readonly<Record<string, unknown>>;
  /** Those of `dns`. */
  readonly servers: readonly string[];
  readonly isThere: boolean;
}

/** @throws `conflict` where the file is no JSON object. */
async function readSettings(file: string): Promise<Settings> {
  const text = await readIfThere(file);
  const settings = parse(file, text ?? "{}");
  return { settings, servers: dnsServersIn(settings), isThere: text !== undefined };
}

function parse(file: string, text: string): Record<string, unknown> {
  try {
    const settings: unknown = JSON.parse(text);
    if (typeof settings === "object" && settings !== null && !Array.isArray(settings))
      return settings as Record<string, unknown>;
  } catch (cause) {
    throw new FairwayError("conflict", `${file} is not JSON; mend it first`, { cause });
  }
  throw new FairwayError("conflict", `${file} must be a JSON object; mend it first`);
}

/** The servers stand in the second line, by themselves: so a shell can take them out again. */
function textOf({ dns, ...others }: { readonly dns?: readonly string[] }): string {
  const rest = JSON.stringify(others, null, 2);
  if (dns === undefined || dns.length === 0) return `${rest}\n`;
  return Object.keys(others).length === 0
    ? `{\n${lineOf(dns)}\n}\n`
    : `{\n${lineOf(dns)},\n${rest.slice("{\n".length)}\n`;
}

function lineOf(servers: readonly string[]): string {
  return `  "dns": [${servers.map((server) => JSON.stringify(server)).join(", ")}]`;
}

interface Written {
  readonly servers: readonly string[];
  /** Whether there was no file before. */
  readonly isMade: boolean;
}

/** What follows the line in the record where we made the file. */
const made = "made";

async function readRecord(file: string): Promise<Written | undefined> {
  const [line = "", next] = (await readIfThere(file))?.split("\n") ?? [];
  if (line === "") return undefined;
  const { dns } = JSON.parse(`{${line}}`) as { readonly dns: readonly string[] };
  return { servers: dns, isMade: next === made };
}

/** Before what it tells of is done: half of it is undone too. */
async function writeRecord(file: string, { servers, isMade }: Written): Promise<void> {
  await writePublicly(file, [lineOf(servers), ...(isMade ? [made] : []), ""].join("\n"));
}

function isSame(one: readonly string[], other: readonly string[] | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
