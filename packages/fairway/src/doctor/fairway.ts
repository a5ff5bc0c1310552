import { networkInterfaces } from "node:os";
import { FairwayError, messageOf } from "../errors.ts";
import { tunnelAddressIn } from "../host/open-vswitch/open-vswitch.ts";
import { canonicalIp } from "../ip.ts";
import { rejoinMend } from "./certificates.ts";
import { type Check, fail, ok } from "./finding.ts";
import { reach } from "./sockets.ts";

const configuration: Check = {
  name: "configuration",
  about: "Every key and value of the configuration file and the environment",
  look: async ({ configurationFaults }) =>
    configurationFaults.length === 0
      ? ok("valid")
      : fail(configurationFaults.join("; "), "mend it until `fairway config check` says ok"),
};

const process: Check = {
  name: "fairway",
  about: "Whether Fairway runs on this machine",
  look: async ({ fairway }) => {
    try {
      await fairway.see();
      return ok("runs");
    } catch {
      return fail("does not run on this machine", "systemctl start fairway");
    }
  },
};

const center: Check = {
  name: "center",
  about: "Whether the center answers, and who leads",
  look: async (site) => {
    try {
      const { version, leader, stores } = await site.status.see();
      const lost = Object.entries(stores).filter(([, state]) => state !== "connected");
      // On the center itself the databases have checks of their own.
      if (site.isRemote && lost.length > 0)
        return fail(
          `it has lost its databases: ${lost.map(([name]) => name).join(", ")}`,
          "run `fairway doctor` on the center",
        );
      if (leader.name === "") return fail("nobody leads", "run `fairway doctor` on every center");
      return ok(`version ${version}, led by ${leader.name}`);
    } catch (error) {
      if (!(error instanceof FairwayError)) throw error;
      if (error.code === "unauthenticated")
        return fail(error.message, isAboutClock(error) ? "timedatectl set-ntp true" : rejoinMend);
      const { target } = site.config.api;
      return fail(
        error.message,
        `run \`fairway doctor\` on the center; a firewall must let ${target} through`,
      );
    }
  },
};

const centerAddress: Check = {
  name: "center's address",
  about:
    "On the center: whether the address by which other hosts reach it is this machine's, and takes connections",
  applies: ({ config: { center } }) => center.enabled && center.listen.length > 0,
  look: async ({ config, fairway }, signal) => {
    await fairway.need();
    const { listen } = config.center;
    for (const { address: host, port } of listen) {
      if (!isOwn(host))
        return fail(
          `no link of this machine has ${host}: Fairway waits for it, and other hosts do not reach the center`,
          `bring up the link that has ${host}; \`ip address\` shows what is there`,
        );
      try {
        await reach({ host, port }, signal);
      } catch (error) {
        return fail(messageOf(error), "journalctl --unit fairway --grep listen");
      }
    }
    return ok(listen.map(({ address, port }) => `${address}:${port}`).join(", "));
  },
};

/** Whether the two clocks, not the two sides, do not fit. */
function isAboutClock({ cause }: FairwayError): boolean {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return /^CERT_(NOT_YET_VALID|HAS_EXPIRED)$/.test(code);
}

/** Whether an address is one of this machine's, or stands for all of them. */
function isOwn(address: string): boolean {
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return ["0.0.0.0", "::", ...own.map((each) => each.address)].includes(canonicalIp(address));
}

const host: Check = {
  name: "host",
  about: "Whether the center knows this host by its name, Open vSwitch's system-id and its tunnel address",
  look: async ({ api, status, config, openVSwitch, isRemote }, signal) => {
    await status.need();
    const { name } = config.host;
    try {
      const known = await api.showHost({ host: name }, { signal });
      const { replica } = await openVSwitch.need();
      const [row] = replica.table("Open_vSwitch").rows();
      const systemId = row?.external_ids["system-id"];
      if (systemId !== undefined && systemId !== known.systemId)
        return fail(
          `the center knows ${name} by the system-id ${known.systemId}; Open vSwitch says ${systemId}`,
          "systemctl restart fairway",
        );
      const tunnel = row && tunnelAddressIn(row.external_ids);
      if (
        isRemote &&
        tunnel !== undefined &&
        known.tunnelAddress !== null &&
        canonicalIp(tunnel) !== known.tunnelAddress
      )
        return fail(
          `the center knows ${name} by the tunnel address ${known.tunnelAddress}; Open vSwitch says ${tunnel}`,
          `ovs-vsctl set open_vswitch . external_ids:ovn-encap-ip=${known.tunnelAddress}, or join once more: \`fairway token create\` on the center prints how`,
        );
      return ok(`known as ${name}`);
    } catch (error) {
      if (!(error instanceof FairwayError) || error.code !== "not_found") throw error;
      return fail(`the center does not know ${name}`, "journalctl --unit fairway --grep registered");
    }
  },
};

export const fairwayChecks: readonly Check[] = [configuration, process, center, centerAddress, host];
