import { clearHost } from "../agent/clear.ts";
import { ApiClient } from "../api/client.ts";
import { defaultFile } from "../config/defaults.ts";
import { loadConfig } from "../config/load.ts";
import { counted } from "../counted.ts";
import { FairwayError, messageOf } from "../errors.ts";
import { hasAuthorities } from "./authority-files.ts";
import { readCenterRecord } from "./center-record.ts";
import { removeTunnels, withdrawSettings } from "./chassis-removal.ts";
import { shortenConfiguration } from "./configuration-file.ts";
import { withdrawNames } from "./engine-dns.ts";
import { adviceOnNetworks, ownNetworks, removeEngineNetworks, requireEngine } from "./engine-networks.ts";
import { fairwayService } from "./fairway-service.ts";
import { leaveCenter } from "./leave-center.ts";
import { forgetMembership, hostFiles, type Membership, readMembership } from "./membership.ts";
import { OpenVSwitchSettings } from "./open-vswitch.ts";
import { renewHostCertificate } from "./renewal.ts";
import { onlyRoot } from "./root.ts";
import { stopStarted } from "./started-services.ts";
import { type Say, Steps } from "./steps.ts";

export interface LeaveCommand {
  /** Whether to leave also with containers on Fairway's networks, and where the center or Docker does not answer. */
  readonly force?: boolean | undefined;
  readonly configFile: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface Left {
  /** Null where this machine was no host. */
  readonly name: string | null;
  readonly advice: readonly string[];
}

/**
 * Takes this machine out of its cluster, and undoes what joining changed on it; a center ends the cluster. What was done half is finished by
 * the next call. Throws `conflict` while it has endpoints, `unavailable` where the center or Docker does not answer, unless forced.
 */
export async function leaveCluster(request: LeaveCommand, say: Say): Promise<Left> {
  onlyRoot("fairway leave");
  const steps = new Steps(say);
  const force = request.force === true;
  const config = loadConfig(request.configFile, request.environment);
  const membership = await readMembership();
  const isCenter = hasAuthorities(config.center.authority) || (await readCenterRecord()) !== undefined;
  if (membership === undefined && !isCenter) return { name: null, advice: [] };
  const service = await fairwayService(request.configFile);
  if (membership === undefined) {
    const advice = await leaveCenter(
      { config, configFile: request.configFile ?? defaultFile, force },
      service,
      steps,
    );
    return { name: config.host.name, advice };
  }
  const { name } = membership;
  const openVSwitch = new OpenVSwitchSettings(config.openvswitch.socket);
  await using api = new ApiClient({ target: membership.api, tls: hostFiles });
  const standing = await standingOf(api, name, force);
  const { socket } = config.docker;
  const own = await ownNetworks(config);
  if (!force) await requireEngine(socket);
  await disconnect(openVSwitch, membership);
  if (standing === "member") await remove(api, membership, { force, openVSwitch });
  // After that: on a member it would take a network from every other engine too. Before the driver is gone.
  const stayed = await steps.take("taking Fairway's networks out of Docker", () =>
    removeEngineNetworks({ ...own, isHeard: standing !== "unknown", force }),
  );
  await steps.take("stopping Fairway", () => service.stop());
  await clearHost({ openvswitchSocket: config.openvswitch.socket, stateFile: config.host.state });
  await stopStarted();
  await removeTunnels(openVSwitch);
  await shortenConfiguration(membership.configFile, membership.entries);
  const dnsAdvice = await withdrawNames();
  await forgetMembership();
  return { name, advice: [...adviceFor(name, standing, stayed), ...dnsAdvice] };
}

function adviceFor(
  name: string,
  standing: Standing,
  stayed: readonly string[] | "unknown",
): readonly string[] {
  return [
    ...(standing === "unknown"
      ? [`The center did not hear of it; there: fairway host rm ${name} --dead`]
      : []),
    ...adviceOnNetworks(stayed),
  ];
}

/** What the center says of this host; `unknown` where it says nothing. */
type Standing = "member" | "removed" | "unknown";

async function standingOf(api: ApiClient, name: string, force: boolean): Promise<Standing> {
  try {
    // With one that is over it would be nobody.
    await renewHostCertificate({ api, hostName: name, files: hostFiles });
    const { endpoints } = await api.showHost({ host: name });
    if (endpoints === 0 || force) return "member";
    throw new FairwayError(
      "conflict",
      `this host still has ${counted(endpoints, "endpoint")} on Fairway's networks; remove their containers (docker rm -f …), or ` +
        "leave with --force, which takes their network away",
    );
  } catch (error) {
    if (!(error instanceof FairwayError)) throw error;
    if (error.code === "unauthenticated") return "removed";
    if (force && error.retryable) return "unknown";
    if (!error.retryable) throw error;
    throw new FairwayError(
      error.code,
      `the center does not answer: ${error.message}; \`fairway leave --force\` leaves without its knowledge`,
      { cause: error },
    );
  }
}

/** OVN forgets the Southbound first: it would write this machine's chassis again. What somebody set anew stays. */
async function disconnect(openVSwitch: OpenVSwitchSettings, { settings }: Membership): Promise<void> {
  await withdrawSettings(openVSwitch, settings);
  if ((await openVSwitch.readSsl())?.key === hostFiles.key) await openVSwitch.removeSsl();
}

interface Undo {
  readonly force: boolean;
  readonly openVSwitch: OpenVSwitchSettings;
}

async function remove(
  api: ApiClient,
  { name, settings }: Membership,
  { force, openVSwitch }: Undo,
): Promise<void> {
  try {
    await api.removeHost({ host: name, dead: force });
  } catch (error) {
    // The connection ends with the membership, perhaps before the answer is here.
    const isOut = await api.showHost({ host: name }).then(
      () => false,
      (cause: unknown) => cause instanceof FairwayError && cause.code === "unauthenticated",
    );
    if (isOut) return;
    await openVSwitch.writeSsl(hostFiles);
    await openVSwitch.write(settings);
    throw new FairwayError(
      error instanceof FairwayError ? error.code : "internal",
      `the center keeps this host: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
