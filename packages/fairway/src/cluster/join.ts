import { hostname } from "node:os";
import { ApiClient } from "../api/client.ts";
import { targetOf } from "../api/connection.ts";
import type { Membership as Admission } from "../center/schemas/member.ts";
import { defaultFile } from "../config/defaults.ts";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { counted } from "../counted.ts";
import { FairwayError } from "../errors.ts";
import { writePrivately } from "../host/files.ts";
import { tunnelAddressIn } from "../host/open-vswitch/open-vswitch.ts";
import { command } from "../host/program.ts";
import { readToken } from "../join-token.ts";
import { version } from "../version.ts";
import { hasAuthorities } from "./authority-files.ts";
import { contactCenter, parseCenterAddress, writeAddress } from "./center-contact.ts";
import { checkedName, checkOwnAddress, findSystemId, type Present, planChassis } from "./chassis.ts";
import { type Entry, extendConfiguration } from "./configuration-file.ts";
import { checkDatapath, type Datapath } from "./datapath.ts";
import { engineVersion, offerNames } from "./engine-dns.ts";
import { type FairwayService, fairwayService } from "./fairway-service.ts";
import { replaceCertificate } from "./files.ts";
import { ensureKey, requestCertificate } from "./key-pair.ts";
import { hostFiles, type Membership, readMembership, writeMembership } from "./membership.ts";
import { missingSettings, OpenVSwitchSettings } from "./open-vswitch.ts";
import { adviseOnPorts } from "./port-advice.ts";
import { onlyRoot } from "./root.ts";
import { provideService } from "./started-services.ts";
import { type Say, Steps } from "./steps.ts";

const readyBoundMs = 60_000;

export interface JoinCommand {
  /** `ADDRESS[:PORT]` of the center. */
  readonly center: string;
  readonly token: string;
  readonly name?: string | undefined;
  /** By which other hosts' tunnels reach this machine. */
  readonly address?: string | undefined;
  readonly dns?: boolean | undefined;
  /** Who forwards packets; absent: the kernel where it can. */
  readonly datapath?: Datapath | undefined;
  readonly configFile: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface Joined {
  readonly name: string;
  readonly center: string;
  readonly advice: readonly string[];
  readonly tookMs: number;
}

/**
 * Makes this machine a host of a center. May be repeated with the same token: what was done half is finished.
 * Throws what keeps the center from admitting it; `conflict` where an administrator set something otherwise, before the
 * token is used.
 */
export async function joinCluster(request: JoinCommand, say: Say): Promise<Joined> {
  onlyRoot("fairway join");
  const begun = performance.now();
  const steps = new Steps(say);
  const token = readToken(request.token);
  const center = parseCenterAddress(request.center);
  const file = request.configFile ?? defaultFile;
  const config = loadConfig(request.configFile, request.environment);
  const known = await readMembership();
  await checkIsFree(config, known, token.authority);
  const name = checkedName(request.name ?? known?.name ?? config.host.name);
  const service = await fairwayService(request.configFile);
  await provideService("openVSwitch", steps);
  const openVSwitch = new OpenVSwitchSettings(config.openvswitch.socket);
  const present = await openVSwitch.read();
  await checkSsl(openVSwitch);
  checkRemote(present, known);
  await using contact = await steps.take(`connecting to ${writeAddress(center)}`, () =>
    contactCenter(center, token.authority),
  );
  const address = request.address ?? tunnelAddressIn(present) ?? contact.localAddress;
  checkOwnAddress(address);
  missingSettings(present, { "ovn-encap-ip": address });
  const { socket } = config.openvswitch;
  const datapath = await checkDatapath(present, { socket, address, asked: request.datapath });
  const asked = `https://${writeAddress(center)}`;
  await extendConfiguration(file, entriesFor(name, asked), { dryRun: true });
  const { systemId, settings: identity } = await findSystemId(present);
  const admission = await steps.take("waiting to be admitted", async () =>
    contact.join({
      name,
      secret: token.secret,
      systemId,
      tunnelAddress: address,
      encapsulations: encapsulationsOf(present),
      request: await requestCertificate(await ensureKey(hostFiles.key)),
      version,
      time: new Date().toISOString(),
    }),
  );
  const { southbound, encapsulation } = admission;
  const chassis = planChassis(present, { remote: southbound, address, encapsulation, datapath });
  const api = contact.isNamed ? asked : admission.api;
  const entries = entriesFor(name, api);
  await keepCertificate(admission);
  await writeMembership({
    name,
    authority: token.authority,
    api,
    southbound,
    configFile: file,
    entries,
    settings: { ...known?.settings, ...chassis },
  });
  const changed = await extendConfiguration(file, entries);
  await openVSwitch.writeSsl(hostFiles);
  await openVSwitch.write({ ...identity, ...chassis });
  await provideService("ovnController", steps);
  if (changed || (await hasEnded(service))) await service.restart();
  await untilReady({ request, name, systemId, southbound }, service, steps);
  const engine = await engineVersion(config.docker.socket);
  const advice = [
    ...(await offerNames({ change: request.dns === true, version: engine })),
    ...(await adviseOnPorts({ socket, address, apiPorts: [] })),
  ];
  return { name, center: writeAddress(center), advice, tookMs: performance.now() - begun };
}

/** Throws `conflict` for a machine that belongs to another cluster already. */
async function checkIsFree(config: Config, known: Membership | undefined, authority: string): Promise<void> {
  if (hasAuthorities(config.center.authority))
    throw new FairwayError(
      "conflict",
      "this machine is a center itself (`fairway init` was run here); a center cannot be the host of another",
    );
  if (known !== undefined && known.authority !== authority)
    throw new FairwayError(
      "conflict",
      `this machine is host ${known.name} of another cluster; \`fairway leave\` first`,
    );
  if (!config.center.enabled) return;
  await using own = new ApiClient({ target: `unix:${config.api.socket}` });
  const networks = await own.status().then(
    ({ counts }) => counts.networks,
    () => 0,
  );
  if (networks > 0)
    throw new FairwayError(
      "conflict",
      `this machine has ${counted(networks, "network")} of its own, which the other center does not know; remove ${networks === 1 ? "it" : "them"} first ` +
        "(`fairway network ls` lists them)",
    );
}

async function checkSsl(openVSwitch: OpenVSwitchSettings): Promise<void> {
  const ssl = await openVSwitch.readSsl();
  if (ssl === undefined || ssl.key === hostFiles.key) return;
  throw new FairwayError(
    "conflict",
    `Open vSwitch has the TLS key ${ssl.key} already, and OVN needs that of Fairway; if nothing else needs it: ovs-vsctl del-ssl`,
  );
}

/** Before the token is used: what the center will say of its Southbound is not known yet. */
function checkRemote(present: Present, known: Membership | undefined): void {
  const remote = present["ovn-remote"];
  if (remote !== undefined && remote !== known?.southbound)
    missingSettings(present, { "ovn-remote": known?.southbound ?? "the Southbound of the center, by ssl" });
}

/** What an administrator has set (ovn-controller(8)); the center compares it with the cluster's before it uses the token up. */
function encapsulationsOf(present: Present): string[] {
  return (present["ovn-encap-type"] ?? "").split(",").flatMap((each) => each.trim() || []);
}

function entriesFor(name: string, target: string): readonly Entry[] {
  const { ca, cert, key } = hostFiles;
  return [
    ...(name === hostname().split(".")[0] ? [] : [{ path: ["host", "name"], value: name }]),
    { path: ["center", "enabled"], value: false },
    ...Object.entries({ target, ca, cert, key }).map(([field, value]) => ({ path: ["api", field], value })),
  ];
}

async function keepCertificate({ authority, certificate }: Admission): Promise<void> {
  await writePrivately(hostFiles.ca, authority);
  await replaceCertificate(hostFiles, certificate);
}

async function hasEnded(service: FairwayService): Promise<boolean> {
  return service.check().then(
    () => false,
    () => true,
  );
}

interface Awaited {
  readonly request: JoinCommand;
  readonly name: string;
  readonly systemId: string;
  readonly southbound: string;
}

/** A host is ready when it has told the center what it is, and when OVN has its chassis. */
async function untilReady(
  { request, name, systemId, southbound }: Awaited,
  service: FairwayService,
  steps: Steps,
): Promise<void> {
  const { api: way } = loadConfig(request.configFile, request.environment);
  await using api = new ApiClient(targetOf(way));
  await steps.waitFor(
    "waiting until this host has registered",
    async () => {
      await service.check();
      const { versions } = await api.showHost({ host: name });
      return versions["kernel"] === undefined ? undefined : true;
    },
    { boundMs: readyBoundMs, orElse: "`fairway doctor` says what is in its way" },
  );
  const { key, cert, ca } = hostFiles;
  const tls = [`--private-key=${key}`, `--certificate=${cert}`, `--ca-cert=${ca}`];
  await steps.waitFor(
    "waiting until OVN knows this host",
    async () => {
      const find = ["--bare", "--columns=name", "find", "Chassis", `name=${JSON.stringify(systemId)}`];
      const name = await command("ovn-sbctl", [`--db=${southbound}`, ...tls, "--timeout=5", ...find]);
      return name === "" ? undefined : true;
    },
    { boundMs: readyBoundMs, orElse: "see /var/log/ovn/ovn-controller.log" },
  );
}
