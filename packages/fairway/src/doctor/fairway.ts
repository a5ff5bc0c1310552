import { isAboutClock } from "../api/connection-error.ts";
import { FairwayError } from "../errors.ts";
import { rejoinMend } from "./certificates.ts";
import { type Check, fail, ok } from "./finding.ts";

const configuration: Check = {
  name: "configuration",
  about: "The configuration file and the environment: every key and value",
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
  about: "The center of the cluster: whether it answers, and who leads",
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

const host: Check = {
  name: "host",
  about: "Whether the center knows this machine under its name and Open vSwitch's system-id",
  look: async ({ api, status, config, openVSwitch }, signal) => {
    await status.need();
    const { name } = config.host;
    try {
      const known = await api.showHost(name, { signal });
      const { replica } = await openVSwitch.need();
      const [row] = replica.table("Open_vSwitch").rows();
      const systemId = row?.external_ids["system-id"];
      if (systemId !== undefined && systemId !== known.systemId)
        return fail(
          `the center knows ${name} by the system-id ${known.systemId}; Open vSwitch says ${systemId}`,
          "systemctl restart fairway",
        );
      return ok(`known as ${name}`);
    } catch (error) {
      if (!(error instanceof FairwayError) || error.code !== "not_found") throw error;
      return fail(`the center does not know ${name}`, "journalctl --unit fairway --grep registered");
    }
  },
};

export const fairwayChecks: readonly Check[] = [configuration, process, center, host];
