import { existsSync } from "node:fs";
import { messageOf } from "../errors.ts";
import { tunnelAddressIn } from "../host/open-vswitch/open-vswitch.ts";
import { linkWith, moveToBridgeLine, userspaceLinks } from "../host/open-vswitch/userspace-bridge.ts";
import { type Check, fail, ok, warn } from "./finding.ts";
import type { Site } from "./site.ts";

const database: Check = {
  name: "Open vSwitch database",
  about: "Whether the database of Open vSwitch (ovsdb-server) answers",
  look: async ({ openVSwitch }) => {
    try {
      await openVSwitch.see();
      return ok("answers");
    } catch (error) {
      return fail(messageOf(error), "systemctl restart ovsdb-server");
    }
  },
};

const daemon: Check = {
  name: "ovs-vswitchd",
  about: "Whether Open vSwitch's daemon, which forwards packets, answers",
  look: async ({ vswitchd }) => {
    try {
      return ok(versionIn(await vswitchd.see()));
    } catch (error) {
      return fail(messageOf(error), "systemctl restart ovs-vswitchd");
    }
  },
};

/** Settings of a chassis (ovn-controller(8)), with what each may be. */
const needed = {
  "system-id": "NAME, which no other machine has",
  "ovn-remote": "unix:/run/ovn/ovnsb_db.sock on the center, ssl:CENTER:6642 elsewhere",
  "ovn-encap-type": "geneve",
  "ovn-encap-ip": "ADDRESS, one of this machine's",
} as const;

const settings: Check = {
  name: "chassis settings",
  about: "OVN's settings in Open vSwitch: system-id, the Southbound's address, the tunnel address",
  look: async (site) => {
    const ids = await externalIds(site);
    const missing = Object.entries(needed).filter(([name]) => ids[name] === undefined);
    const [first] = missing;
    if (first === undefined)
      return ok(`${ids["system-id"]}, ${ids["ovn-encap-type"]} at ${ids["ovn-encap-ip"]}`);
    const [name, value] = first;
    return fail(
      `Open vSwitch has no external_ids:${missing.map(([name]) => name).join(", external_ids:")}`,
      `ovs-vsctl set open_vswitch . external_ids:${name}=… (${value})`,
    );
  },
};

const bridge: Check = {
  name: "integration bridge",
  about: "Whether the bridge of all containers, which ovn-controller makes, is there",
  look: async (site) => {
    const { bridge } = site.config.openvswitch;
    const ids = await externalIds(site);
    const ovns = ids["ovn-bridge"] ?? "br-int";
    if (ovns !== bridge)
      return fail(
        `OVN uses ${ovns}, Fairway ${bridge}`,
        `ovs-vsctl set open_vswitch . external_ids:ovn-bridge=${bridge}`,
      );
    return (await findBridge(site)) === undefined
      ? fail(`there is no ${bridge}`, "systemctl restart ovn-controller")
      : ok(`${bridge} is there`);
  },
};

const datapath: Check = {
  name: "datapath",
  about:
    "Whether the kernel forwards packets, or Open vSwitch's own process, which is slower, and needs the tunnel address on one of its bridges",
  look: async (site) => {
    const type = (await findBridge(site))?.datapath_type;
    const hasModule = existsSync("/sys/module/openvswitch");
    if (type === undefined) {
      return { state: "skip", seen: `not looked at: there is no ${site.config.openvswitch.bridge}` };
    }
    if (type !== "netdev")
      return hasModule
        ? ok("kernel, by the module openvswitch")
        : fail("the kernel has not loaded the module openvswitch", "modprobe openvswitch");
    const address = tunnelAddressIn(await externalIds(site));
    const link = address === undefined ? undefined : linkWith(address);
    const { replica } = await site.openVSwitch.need();
    const inKernel = `${hasModule ? "" : "modprobe openvswitch && "}ovs-vsctl set open_vswitch . external_ids:ovn-bridge-datapath-type=system`;
    if (link !== undefined && !userspaceLinks(replica).has(link))
      return fail(
        `userspace (netdev), and ${address} is on ${link}, not on a bridge of Open vSwitch: no packet reaches another host`,
        `${inKernel}; or, on the console: ${await moveToBridgeLine(link)}`,
      );
    return warn(
      `userspace (netdev): complete, but slower${hasModule ? "" : "; the kernel's module openvswitch is not loaded"}`,
      inKernel,
    );
  },
};

export const openVSwitchChecks: readonly Check[] = [database, daemon, settings, bridge, datapath];

/** Of the one row of Open_vSwitch. */
export async function externalIds(site: Site): Promise<Readonly<Record<string, string>>> {
  const { replica } = await site.openVSwitch.need();
  const [row] = replica.table("Open_vSwitch").rows();
  return row?.external_ids ?? {};
}

/** The integration bridge's row; undefined where there is none. */
export async function findBridge(site: Site) {
  const { replica } = await site.openVSwitch.need();
  return replica.table("Bridge").find("name", site.config.openvswitch.bridge)[0];
}

/** `ovs-vswitchd (Open vSwitch) 3.1.0` and more lines. */
export function versionIn(answer: string): string {
  return `version ${/\d+\.\d+\S*/.exec(answer)?.[0] ?? answer}`;
}
