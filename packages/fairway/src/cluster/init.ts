import { hostname } from "node:os";
import { ApiClient } from "../api/client.ts";
import type { NewToken } from "../api/types.ts";
import { defaultFile } from "../config/defaults.ts";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { FairwayError } from "../errors.ts";
import { Authority } from "./authority.ts";
import { apiPort } from "./center-contact.ts";
import { centralFiles, ensureCentralCertificate } from "./central-certificate.ts";
import { checkedName, checkOwnAddress, findSystemId, outgoingAddress, planChassis } from "./chassis.ts";
import { type Entry, extendConfiguration } from "./configuration-file.ts";
import { offerNames } from "./engine-dns.ts";
import { type FairwayService, fairwayService } from "./fairway-service.ts";
import { OpenVSwitchSettings } from "./open-vswitch.ts";
import { onlyRoot } from "./root.ts";
import { listenSouthbound } from "./southbound.ts";
import { provideService } from "./started-services.ts";
import { type Say, Steps } from "./steps.ts";

const readyBoundMs = 60_000;

export interface InitRequest {
  /** By which other machines reach this one, tunnels included. */
  readonly address?: string | undefined;
  readonly name?: string | undefined;
  /** Whether Docker's `dns` setting may be changed. */
  readonly dns?: boolean | undefined;
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
 * Throws `conflict` where an administrator set something otherwise, before anything is changed there.
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
  const address = await chooseAddress(request.address, before, present["ovn-encap-ip"]);
  const { settings } = await findSystemId(present);
  const chassis = await planChassis(present, {
    remote: "unix:/run/ovn/ovnsb_db.sock",
    address,
    encapsulation: "geneve",
  });
  const entries = entriesFor({ name, address, authority: before.center.authority });
  await extendConfiguration(file, entries, { dryRun: true });
  await openVSwitch.write({ ...settings, ...chassis });
  await provideService("ovnCentral", steps);
  await provideService("ovnController", steps);
  const isCertified = await steps.take("making certificates", async () => {
    await Authority.ensure(before.center.authority, "centrals");
    await Authority.ensure(before.center.authority, "hosts");
    return ensureCentralCertificate(before.center.authority, { name, addresses: [address] });
  });
  await listenSouthbound(address, centralFiles(before.center.authority));
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
  const advice = await offerNames(request.dns === true);
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
  const known = tunnelAddress?.split(",", 1)[0];
  const address = asked ?? listen[0]?.address ?? known ?? (await outgoingAddress());
  checkOwnAddress(address);
  return address;
}

function entriesFor({
  name,
  address,
  authority,
}: {
  readonly name: string;
  readonly address: string;
  readonly authority: string;
}): readonly Entry[] {
  const { ca, cert, key } = centralFiles(authority);
  const listen = [{ address, port: apiPort, ca, cert, key }];
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
