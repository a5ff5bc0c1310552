import { existsSync } from "node:fs";
import { FairwayError, messageOf } from "../errors.ts";
import { command } from "../host/program.ts";
import { hasSystemd, hasUnit } from "../host/systemd.ts";
import { askDaemon } from "../host/unixctl.ts";
import { hasKernelDatapath } from "./open-vswitch.ts";
import type { Steps } from "./steps.ts";

const openVSwitchDirectory = "/run/openvswitch";
const ovnDirectory = "/run/ovn";
const ovsCtl = "/usr/share/openvswitch/scripts/ovs-ctl";
const ovnCtl = "/usr/share/ovn/scripts/ovn-ctl";

const readyBoundMs = 20_000;

/** A part of Open vSwitch or OVN that a machine runs. */
interface MachineService {
  /** As a person knows it. */
  readonly name: string;
  readonly directory: string;
  readonly daemons: readonly string[];
  /** The units of Debian and of Fedora, one that is there for others before its parts; and Debian's package. */
  readonly units: readonly string[];
  readonly package: string;
  /** Where there is no systemd. */
  readonly start: () => Promise<unknown>;
  readonly stop: () => Promise<unknown>;
}

const openVSwitch: MachineService = {
  name: "Open vSwitch",
  directory: openVSwitchDirectory,
  daemons: ["ovsdb-server", "ovs-vswitchd"],
  units: ["openvswitch-switch", "openvswitch"],
  package: "openvswitch-switch",
  start: startOpenVSwitch,
  stop: () => command(ovsCtl, ["stop"]),
};

const ovnCentral: MachineService = {
  name: "OVN's databases and northd",
  directory: ovnDirectory,
  daemons: ["ovnnb_db", "ovnsb_db", "ovn-northd"],
  units: ["ovn-central", "ovn-northd"],
  package: "ovn-central",
  start: () => command(ovnCtl, ["start_northd"]),
  stop: () => command(ovnCtl, ["stop_northd"]),
};

const ovnController: MachineService = {
  name: "ovn-controller",
  directory: ovnDirectory,
  daemons: ["ovn-controller"],
  units: ["ovn-host", "ovn-controller"],
  package: "ovn-host",
  start: () => command(ovnCtl, ["start_controller"]),
  stop: () => command(ovnCtl, ["stop_controller"]),
};

const machineServices = { openVSwitch, ovnCentral, ovnController } as const;

export type MachineServiceName = keyof typeof machineServices;

/**
 * Starts what does not run; what runs is adopted, whoever started it.
 * @returns whether it had to be started. Throws `unsupported` where it is not installed, `unavailable` where it does not start.
 */
export async function ensureService(name: MachineServiceName, steps: Steps): Promise<boolean> {
  const service = machineServices[name];
  const missing = await notRunning(service);
  if (missing.length === 0) return false;
  await steps.take(`starting ${service.name}`, () => start(service));
  await steps.waitFor(
    `waiting for ${service.name}`,
    async () => ((await notRunning(service)).length === 0 ? true : undefined),
    { boundMs: readyBoundMs, orElse: `see its log in /var/log/${service.directory.slice("/run/".length)}` },
  );
  return true;
}

/** Stops what `ensureService` started, also at the next boot. */
export async function stopService(name: MachineServiceName): Promise<void> {
  const { units, stop } = machineServices[name];
  if (!hasSystemd()) return void (await stop());
  for (const unit of units) if (await hasUnit(unit)) await command("systemctl", ["disable", "--now", unit]);
}

/**
 * Lets what runs begin anew; what does not run stays so. It runs again when this resolves. Without systemd nobody knows who runs it, and it
 * goes on.
 */
export async function restartService(name: MachineServiceName): Promise<void> {
  if (!hasSystemd()) return;
  // The daemon's own unit: systemctl does not wait for the parts of a unit that is there for others, as Debian's ovn-host is.
  for (const unit of machineServices[name].units.toReversed())
    if (await hasUnit(unit)) return void (await command("systemctl", ["try-restart", unit]));
}

async function notRunning({ directory, daemons }: MachineService): Promise<readonly string[]> {
  const answers = await Promise.all(
    daemons.map((daemon) =>
      askDaemon(directory, daemon, "version").then(
        () => [],
        () => [daemon],
      ),
    ),
  );
  return answers.flat();
}

async function start({ name, units, package: packageName, start }: MachineService): Promise<void> {
  try {
    if (!hasSystemd()) return void (await start());
    for (const unit of units)
      if (await hasUnit(unit)) return void (await command("systemctl", ["enable", "--now", unit]));
  } catch (cause) {
    const missing = cause instanceof FairwayError && cause.code === "unsupported";
    throw new FairwayError(
      missing ? "unsupported" : "unavailable",
      missing
        ? `${name} is not installed; apt install ${packageName}`
        : `${name} did not start: ${messageOf(cause)}`,
      { cause },
    );
  }
  throw new FairwayError("unsupported", `${name} is not installed; apt install ${packageName}`);
}

/** Its own script refuses to start ovs-vswitchd where the kernel's module is missing; the daemon itself does not need it. */
async function startOpenVSwitch(): Promise<void> {
  const hasKernel = await hasKernelDatapath();
  if (hasKernel) return void (await command(ovsCtl, ["start", "--system-id=random"]));
  const [database, daemon] = await Promise.all(
    ["ovsdb-server", "ovs-vswitchd"].map((each) =>
      askDaemon(openVSwitchDirectory, each, "version").then(
        () => true,
        () => false,
      ),
    ),
  );
  if (!database) await command(ovsCtl, ["start", "--system-id=random", "--no-ovs-vswitchd"]);
  if (daemon) return;
  if (!existsSync("/usr/sbin/ovs-vswitchd"))
    throw new FairwayError("unsupported", "ovs-vswitchd is not installed");
  await command("ovs-vswitchd", [
    `unix:${openVSwitchDirectory}/db.sock`,
    `--pidfile=${openVSwitchDirectory}/ovs-vswitchd.pid`,
    "--log-file=/var/log/openvswitch/ovs-vswitchd.log",
    "-vconsole:off",
    "--detach",
    "--no-chdir",
  ]);
}
