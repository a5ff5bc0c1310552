import { clearHost } from "../agent/clear.ts";
import { ApiClient } from "../api/client.ts";
import type { Config } from "../config/schema.ts";
import { counted } from "../counted.ts";
import { FairwayError, messageOf } from "../errors.ts";
import { centerFiles, southboundFiles } from "./center-certificate.ts";
import { endCenterProcesses, removeCenterFiles } from "./center-files.ts";
import { type CenterRecord, forgetCenter, readCenterRecord, writeCenterRecord } from "./center-record.ts";
import { removeTunnels, withdrawSettings } from "./chassis-removal.ts";
import { shortenConfiguration } from "./configuration-file.ts";
import { withdrawNames } from "./engine-dns.ts";
import { adviceOnNetworks, ownNetworks, removeEngineNetworks, requireEngine } from "./engine-networks.ts";
import type { FairwayService } from "./fairway-service.ts";
import { clearNorthbound, requireNorthbound } from "./northbound.ts";
import { OpenVSwitchSettings } from "./open-vswitch.ts";
import { closeSouthbound, removeChassis } from "./southbound.ts";
import { stopStarted } from "./started-services.ts";
import type { Steps } from "./steps.ts";

export interface CenterToLeave {
  readonly config: Config;
  /** Where `init` wrote, if it kept no record. */
  readonly configFile: string;
  /** Whether to leave also with other hosts, with containers, and where Fairway, OVN or Docker does not answer. */
  readonly force: boolean;
}

/**
 * Ends the cluster of which this machine is the center, and undoes what `fairway init` changed. What was done half is finished by the next call.
 * @returns what a person still has to do.
 * @throws `conflict` while the cluster has other hosts or this one has endpoints, `unavailable` where the center, OVN or Docker does not answer,
 *   unless forced.
 */
export async function leaveCenter(
  { config, configFile, force }: CenterToLeave,
  service: FairwayService,
  steps: Steps,
): Promise<readonly string[]> {
  const record = (await readCenterRecord()) ?? recordOf(config, configFile);
  const { socket } = config.docker;
  const own = await ownNetworks(config);
  const { northbound, authority } = config.center;
  const standing = record.isLeaving === true ? undefined : await standingOf(config, force);
  if (!force) {
    await requireEngine(socket);
    await requireNorthbound(northbound).catch(refuseOvn);
  }
  const stayed = await steps.take("taking Fairway's networks out of Docker", () =>
    removeEngineNetworks({ ...own, isHeard: standing !== undefined, force }),
  );
  await writeCenterRecord({ ...record, isLeaving: true });
  await steps.take("stopping Fairway", () => service.stop());
  await endCenterProcesses(config);
  const openVSwitch = new OpenVSwitchSettings(config.openvswitch.socket);
  await withdrawSettings(openVSwitch, record.settings);
  await clearHost({ openvswitchSocket: config.openvswitch.socket, stateFile: config.host.state });
  const ovnAdvice = await steps.take("clearing OVN's databases", () =>
    clearOvn(config, chassisOf(record, standing), force),
  );
  await stopStarted();
  await removeTunnels(openVSwitch);
  await shortenConfiguration(record.configFile, record.entries);
  const dnsAdvice = await withdrawNames();
  await removeCenterFiles({ ...config, center: { ...config.center, authority } });
  await forgetCenter();
  return [...(standing?.advice ?? []), ...ovnAdvice, ...adviceOnNetworks(stayed), ...dnsAdvice];
}

/** What an `init` that kept no record must have written, as far as that is sure. */
function recordOf({ host, center }: Config, configFile: string): CenterRecord {
  const { cert } = centerFiles(center.authority);
  const listen = center.listen.filter((each) => each.cert === cert);
  const entries = listen.length === 0 ? [] : [{ path: ["center", "listen"], value: center.listen }];
  return { name: host.name, configFile, entries, settings: {}, systemId: "" };
}

interface Standing {
  readonly advice: readonly string[];
  /** By which OVN knows other hosts that are still in. */
  readonly chassis: readonly string[];
}

/** What the center says of its cluster; undefined where it says nothing. */
async function standingOf(
  { api: { socket }, host: { name } }: Config,
  force: boolean,
): Promise<Standing | undefined> {
  await using api = new ApiClient({ target: `unix:${socket}` });
  try {
    const hosts = await api.listHosts();
    const outsiders = hosts.filter((host) => host.name !== name);
    const others = outsiders.map((host) => host.name);
    if (force)
      return {
        advice: others.map((other) => `${other} was a host of this cluster; there: fairway leave --force`),
        chassis: outsiders.map((host) => host.systemId),
      };
    if (others.length > 0)
      throw new FairwayError(
        "conflict",
        `this machine is the center, and the cluster has other hosts: ${others.join(", ")}. Each of them leaves first (fairway leave there, or, for ` +
          "one that is gone for good, fairway host rm NAME --dead here), or leave with --force, which ends the cluster for all",
      );
    const endpoints = hosts.find((host) => host.name === name)?.endpoints ?? 0;
    if (endpoints > 0)
      throw new FairwayError(
        "conflict",
        `this host still has ${counted(endpoints, "endpoint")} on Fairway's networks; remove their containers (docker rm -f …), or ` +
          "leave with --force, which takes their network away",
      );
    return { advice: [], chassis: [] };
  } catch (error) {
    if (!(error instanceof FairwayError && error.retryable)) throw error;
    if (force) return undefined;
    throw new FairwayError(
      error.code,
      `the center does not answer, so nobody knows whether the cluster has other hosts: ${error.message}; \`fairway leave --force\` leaves all the same`,
      { cause: error },
    );
  }
}

/** The chassis that go with the cluster. Somebody else's setting in this machine's Open vSwitch keeps its own. */
function chassisOf({ settings, systemId }: CenterRecord, standing: Standing | undefined): readonly string[] {
  const isOurs = settings["ovn-remote"] !== undefined && systemId !== "";
  return [...(isOurs ? [systemId] : []), ...(standing?.chassis ?? [])];
}

/** @returns what stays in OVN's databases where they do not answer and need not. */
async function clearOvn(
  { center }: Config,
  chassis: readonly string[],
  force: boolean,
): Promise<readonly string[]> {
  try {
    await clearNorthbound(center.northbound);
    await closeSouthbound(southboundFiles(center.authority));
    for (const systemId of chassis) await removeChassis(systemId);
    return [];
  } catch (error) {
    if (!force) refuseOvn(error);
    return [
      `OVN's databases did not answer (${messageOf(error)}) and keep Fairway's rows. If nothing else uses OVN: apt purge ovn-central`,
    ];
  }
}

function refuseOvn(error: unknown): never {
  throw new FairwayError(
    "unavailable",
    `OVN's databases do not answer: ${messageOf(error)}; start them first (systemctl start ovn-central), or leave with --force: then Fairway's rows stay there`,
    { cause: error },
  );
}
