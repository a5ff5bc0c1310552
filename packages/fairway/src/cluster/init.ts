import { hostname } from "node:os";
import { ApiClient } from "../api/client.ts";
import type { NewToken } from "../center/schemas/member.ts";
import { defaultFile } from "../config/defaults.ts";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { FairwayError } from "../errors.ts";
import { tunnelAddressIn } from "../host/open-vswitch/open-vswitch.ts";
import { apiPort } from "../well-known-ports.ts";
import { Authority } from "./authority.ts";
import { centerFiles, ensureCenterCertificate, southboundFiles } from "./center-certificate.ts";
import { writeCenterRecord } from "./center-record.ts";
import { checkedName, checkOwnAddress, findSystemId, outgoingAddress, planChassis } from "./chassis.ts";
import { type Entry, extendConfiguration } from "./configuration-file.ts";
import { checkDatapath, type Datapath } from "./datapath.ts";
import { engineVersion, offerNames } from "./engine-dns.ts";
import { type FairwayService, fairwayService } from "./fairway-service.ts";
import { OpenVSwitchSettings } from "./open-vswitch.ts";
import { adviseOnPorts } from "./port-advice.ts";
import { checkPortIsFree } from "./port-in-use.ts";
import { onlyRoot } from "./root.ts";
import { serveSouthbound } from "./southbound.ts";
import { provideService } from "./started-services.ts";
import { type Say, Steps } from "./steps.ts";

const readyBoundMs = 60_000;

export interface InitRequest {
  /** By which other machines reach this one, tunnels included. */
  readonly address?: string | undefined;
  /** Of the API; 6640 by default. */
  readonly port?: number | undefined;
  readonly name?: string | undefined;
  /** Whether Docker's `dns` setting may be changed. */
  readonly dns?: boolean | undefined;
  /** Who forwards packets; absent: the kernel where it can. */
  readonly datapath?: Datapath | undefined;
  readonly configFile: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface Initialized {
  readonly name: string;
  readonly address: string;
  /** Lets one machine join. */
  readonly token: NewToken;
  /** What a person still has to do. */
  readonly advice: readonly string[];
  readonly tookMs: number;
}

/**
 * Makes this machine a center and a host. May be repeated: what is there already stays, what is missing is made.
 * Throws `conflict` where an administrator set something otherwise or somebody has the API's port, before anything is changed there.
 */
export async function initCenter(request: InitRequest, say: Say): Promise<Initialized> {
  onlyRoot("fairway init");
  const begun = performance.now();
  const steps = new Steps(say);
  const file = request.configFile ?? defaultFile;
  const before = loadConfig(request.configFile, request.environment);
  checkIsNoHost(before);
  const name = checkedName(request.name ?? before.host.name);
  const service = await fairwayService(request.configFile);
  await provideService("openVSwitch", steps);
  const openVSwitch = new OpenVSwitchSettings(before.openvswitch.socket);
  const present = await openVSwitch.read();
  const address = await chooseAddress(request.address, before, tunnelAddressIn(present));
  const port = request.port ?? before.center.listen[0]?.port ?? apiPort;
  // A center that runs has the port itself.
  if (before.center.listen.length === 0)
    await checkPortIsFree(address, port, "or let Fairway listen on another port: fairway init --port PORT");
  const { socket } = before.openvswitch;
  const datapath = await checkDatapath(present, { socket, address, asked: request.datapath });
  const { systemId, settings } = await findSystemId(present);
  const chassis = planChassis(present, {
    remote: "unix:/run/ovn/ovnsb_db.sock",
    address,
    encapsulation: "geneve",
    datapath,
  });
  const entries = entriesFor({ name, address, port, authority: before.center.authority });
  await extendConfiguration(file, entries, { dryRun: true });
  await writeCenterRecord({ name, configFile: file, entries, settings: chassis, systemId });
  await openVSwitch.write({ ...settings, ...chassis });
  await provideService("ovnCentral", steps);
  await provideService("ovnController", steps);
  const isCertified = await steps.take("making certificates", async () => {
    await Authority.ensure(before.center.authority, "centrals");
    await Authority.ensure(before.center.authority, "hosts");
    await Authority.ensure(before.center.authority, "southbound");
    return ensureCenterCertificate(before.center.authority, { name, addresses: [address] });
  });
  await serveSouthbound(southboundFiles(before.center.authority));
  // Last of all: a Fairway that is started in between still finds everything that its configuration names.
  const changed = await extendConfiguration(file, entries);
  const config = loadConfig(request.configFile, request.environment);
  await using api = new ApiClient({ target: `unix:${config.api.socket}` });
  const running = changed || isCertified ? undefined : await tokenOf(api);
  if (running === undefined) {
    await service.restart();
    await untilLeads(api, service, steps);
  }
  const token = running ?? (await api.createToken({}, { waitUntilAvailableMs: readyBoundMs }));
  const version = await engineVersion(config.docker.socket);
  const advice = [
    ...(await offerNames({ change: request.dns === true, version })),
    ...(await adviseOnPorts({ socket, address, apiPorts: config.center.listen.map(({ port }) => port) })),
  ];
  return { name, address, token, advice, tookMs: performance.now() - begun };
}

function checkIsNoHost({ api, center }: Config): void {
  if (center.enabled && api.target.startsWith("unix:")) return;
  throw new FairwayError(
    "conflict",
    `this machine is a host of the center at ${api.target}; \`fairway leave\` first, then it can be a center of its own`,
  );
}

async function chooseAddress(
  asked: string | undefined,
  { center: { listen } }: Config,
  tunnelAddress: string | undefined,
): Promise<string> {
  const address = asked ?? listen[0]?.address ?? tunnelAddress ?? (await outgoingAddress());
  checkOwnAddress(address);
  return address;
}

function entriesFor({
  name,
  address,
  port,
  authority,
}: {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly authority: string;
}): readonly Entry[] {
  const { ca, cert, key } = centerFiles(authority);
  const listen = [{ address, port, ca, cert, key }];
  return [
    ...(name === hostname().split(".")[0] ? [] : [{ path: ["host", "name"], value: name }]),
    { path: ["center", "listen"], value: listen },
  ];
}

/** Undefined where no center runs, or one that was started without authorities. */
async function tokenOf(api: ApiClient): Promise<NewToken | undefined> {
  try {
    return await api.createToken({});
  } catch (error) {
    if (error instanceof FairwayError && ["unavailable", "unsupported"].includes(error.code))
      return undefined;
    throw error;
  }
}

async function untilLeads(api: ApiClient, service: FairwayService, steps: Steps): Promise<void> {
  await steps.waitFor(
    "waiting for the center",
    async () => {
      await service.check();
      const { leader } = await api.status();
      return leader.self ? true : undefined;
    },
    { boundMs: readyBoundMs, orElse: "`fairway doctor` says what is in its way" },
  );
}
