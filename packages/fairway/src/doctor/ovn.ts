import { messageOf } from "../errors.ts";
import { askDaemon } from "../host/unixctl.ts";
import { Blocked, type Check, fail, ok, warn } from "./finding.ts";
import { externalIds, versionIn } from "./open-vswitch.ts";
import type { Probe } from "./probe.ts";
import type { Site } from "./site.ts";

/** OVN's center is on this machine, as its default is. */
const hasCenter = (site: Site): boolean => site.localNorthbound !== undefined;

const controller: Check = {
  name: "ovn-controller",
  about: "Whether OVN's daemon runs, is connected to the Southbound, and is no older than the center's OVN",
  look: async (site) => {
    const ask = (command: string) => askDaemon(site.ovnDirectory, "ovn-controller", command);
    try {
      const version = versionIn(await ask("version"));
      if ((await ask("connection-status")) === "connected") {
        const centers = await newerCenter(site, version);
        if (centers !== undefined)
          return warn(
            `${version} is older than the center's ${centers}: it leaves out what it does not know of the center's flows`,
            `upgrade ovn-host on this machine to ${centers} or later; OVN's hosts are upgraded before its center`,
          );
        return ok(`${version}, connected to the Southbound`);
      }
    } catch (error) {
      return fail(messageOf(error), "systemctl restart ovn-controller");
    }
    if (hasCenter(site)) await site.southbound.need();
    // The way to it leads through the center.
    if (site.isRemote) await site.status.need();
    const remote = (await externalIds(site))["ovn-remote"] ?? "nowhere";
    return fail(
      `it is not connected to the Southbound at ${remote}`,
      "look at `ovs-vsctl get open_vswitch . external_ids:ovn-remote` and the firewalls between; then /var/log/ovn/ovn-controller.log",
    );
  },
};

/**
 * The version of the center's OVN where that is a later release than this machine's (`26.03` after `25.09`). An ovn-controller that
 * is older than northd passes over logical flows that it cannot read: OVN's hosts are upgraded first.
 */
async function newerCenter(site: Site, version: string): Promise<string | undefined> {
  if (!site.isRemote) return undefined;
  const centers = await site.status.see().then(
    ({ ovn }) => ovn,
    () => undefined, // the check of the center says why
  );
  const release = (text: string) => Number(/(\d+\.\d\d)\b/.exec(text)?.[1] ?? Number.NaN);
  return centers && release(version) < release(centers) ? centers : undefined;
}

const northbound: Check = databaseCheck(
  {
    name: "OVN Northbound",
    about: "On the center: whether the database that Fairway writes answers",
    unit: "nb",
  },
  (site) => site.northbound,
);

const southbound: Check = databaseCheck(
  {
    name: "OVN Southbound",
    about: "On the center: whether the database that all hosts' ovn-controllers read answers",
    unit: "sb",
  },
  (site) => site.southbound,
);

const northd: Check = {
  name: "ovn-northd",
  about: "On the center: whether the daemon that turns Northbound into Southbound runs",
  applies: hasCenter,
  look: async (site) => {
    const ask = (command: string) => askDaemon(site.ovnDirectory, "ovn-northd", command);
    try {
      const version = versionIn(await ask("version"));
      const state = (await ask("status")).replace("Status: ", "");
      if (state === "paused") return fail("it is paused", "ovn-appctl -t ovn-northd resume");
      for (const [short, database] of [
        ["nb", site.northbound],
        ["sb", site.southbound],
      ] as const) {
        const connection = await ask(`${short}-connection-status`);
        if (connection === "connected") continue;
        await database.need();
        return fail(
          `it is not connected to ${short === "nb" ? "Northbound" : "Southbound"}`,
          "systemctl restart ovn-northd",
        );
      }
      return ok(`${version}, ${state}`);
    } catch (error) {
      if (error instanceof Blocked) throw error;
      return fail(messageOf(error), "systemctl restart ovn-northd");
    }
  },
};

function databaseCheck(
  { name, about, unit }: { readonly name: string; readonly about: string; readonly unit: "nb" | "sb" },
  probeOf: (site: Site) => Probe<void>,
): Check {
  return {
    name,
    about,
    applies: hasCenter,
    look: async (site) => {
      try {
        await probeOf(site).see();
        return ok("answers");
      } catch (error) {
        return fail(messageOf(error), `systemctl restart ovn-ovsdb-server-${unit}`);
      }
    },
  };
}

export const ovnChecks: readonly Check[] = [controller, northbound, southbound, northd];
