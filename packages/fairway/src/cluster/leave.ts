import { basename } from "node:path";
import { clearEgress } from "../agent/egress/clear.ts";
import { ApiClient } from "../api/client.ts";
import { loadConfig } from "../config/load.ts";
import { FairwayError, messageOf } from "../errors.ts";
import { hasAuthorities } from "./authority-files.ts";
import { shortenConfiguration } from "./configuration-file.ts";
import { removeEngineNetworks } from "./engine-networks.ts";
import { fairwayService } from "./fairway-service.ts";
import { forgetMembership, hostFiles, type Membership, readMembership } from "./membership.ts";
import { OpenVSwitchSettings } from "./open-vswitch.ts";
import { renewHostCertificate } from "./renewal.ts";
import { onlyRoot } from "./root.ts";
import { stopStarted } from "./started-services.ts";
import { type Say, Steps } from "./steps.ts";

export interface LeaveCommand {
  /** Whether to leave also with containers on Fairway's networks, and where the center does not answer. */
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
 * Takes this machine out of its cluster, and undoes what joining changed on it. What was done half is finished by the
 * next call. Throws `conflict` while it has endpoints, `unavailable` where the center does not answer, unless forced.
 */
export async function leaveCluster(request: LeaveCommand, say: Say): Promise<Left> {
  onlyRoot("fairway leave");
  const steps = new Steps(say);
  const force = request.force === true;
  const config = loadConfig(request.configFile, request.environment);
  const membership = await readMembership();
  if (membership === undefined) {
    if (!hasAuthorities(config.center.authority)) return { name: null, advice: [] };
    throw new FairwayError(
      "conflict",
      "this machine is the center: while it has hosts it cannot leave; its hosts leave it, each by `fairway leave`",
    );
  }
  const { name } = membership;
  const openVSwitch = new OpenVSwitchSettings(config.openvswitch.socket);
  const service = await fairwayService(request.configFile);
  await using api = new ApiClient({ target: membership.api, tls: hostFiles });
  const standing = await standingOf(api, name, force);
  await disconnect(openVSwitch, membership);
  if (standing === "member") await remove(api, membership, { force, openVSwitch });
  // After that: on a member it would take a network from every other engine too. Before the driver is gone.
  const { socket, plugin } = config.docker;
  const stayed = await steps.take("taking Fairway's networks out of Docker", () =>
    removeEngineNetworks(socket, basename(plugin, ".sock"), standing !== "unknown"),
  );
  await steps.take("stopping Fairway", () => service.stop());
  await clearEgress();
  await stopStarted();
  await shortenConfiguration(membership.configFile, membership.entries);
  await forgetMembership();
  return { name, advice: adviceFor(name, standing, stayed) };
}

function adviceFor(name: string, standing: Standing, stayed: readonly string[]): readonly string[] {
  return [
    ...(standing === "unknown"
      ? [`The center did not hear of it; there: fairway host rm ${name} --dead`]
      : []),
    ...(stayed.length > 0
      ? [`Docker keeps ${stayed.toSorted().join(", ")}, which nothing serves any more.`]
      : []),
  ];
}

/** What the center says of this host; `unknown` where it says nothing. */
type Standing = "member" | "removed" | "unknown";

async function standingOf(api: ApiClient, name: string, force: boolean): Promise<Standing> {
  try {
    // With one that is over it would be nobody.
    await renewHostCertificate({ api, hostName: name, files: hostFiles });
    const { endpoints } = await api.showHost(name);
    if (endpoints === 0 || force) return "member";
    throw new FairwayError(
      "conflict",
      `this host still has ${endpoints} endpoints on Fairway's networks; remove their containers (docker rm -f …), or ` +
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
  const present = await openVSwitch.read();
  const ours = Object.entries(settings).filter(([name, value]) => present[name] === value);
  await openVSwitch.write(Object.fromEntries(ours.map(([name]) => [name, null])));
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
    await api.removeHost(name, { dead: force });
  } catch (error) {
    // The connection ends with the membership, perhaps before the answer is here.
    const isOut = await api.showHost(name).then(
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
