import { basename, dirname, join } from "node:path";
import { vendor } from "../driver-names.ts";
import { FairwayError, messageOf } from "../errors.ts";
import { type Check, type Finding, fail, ok, warn } from "./finding.ts";
import { askHttp } from "./http.ts";
import { openToOthers } from "./sockets.ts";

/** moby `pkg/plugins/discovery_unix.go`: where an engine looks for sockets. */
const pluginDirectories: readonly string[] = ["/run/docker/plugins", "/var/run/docker/plugins"];

/** These crash in RevokeExternalConnectivity, which every stop of a container calls. */
const crashing = /^29\.0\.[0-2]$/;

/** The first that Fairway is made for. */
const oldest = [20, 10] as const;

const engine: Check = {
  name: "docker",
  about: "Whether the engine answers, and whether its version works with Fairway",
  look: async ({ config: { docker } }) => {
    try {
      const version = String((await askHttp(docker.socket, "GET", "/version"))["Version"]);
      if (crashing.test(version))
        return fail(`version ${version} crashes when containers stop`, "install Docker 29.0.3 or later");
      const [major = 0, minor = 0] = version.split(".").map(Number);
      if (major < oldest[0] || (major === oldest[0] && minor < oldest[1]))
        return warn(
          `version ${version} is older than what Fairway is tested with`,
          "install Docker 20.10 or later",
        );
      return ok(`version ${version}`);
    } catch (error) {
      const hangs = error instanceof FairwayError && error.code === "timeout";
      return fail(messageOf(error), `systemctl ${hangs ? "restart" : "start"} docker`);
    }
  },
};

const pluginSocket: Check = {
  name: "plugin socket",
  about: "Whether Fairway answers where Docker looks for it, in a directory that Docker searches",
  look: async ({ fairway, config: { docker, "driver-names": names } }) => {
    await fairway.need();
    try {
      const { Implements } = await askHttp(docker.plugin, "POST", "/Plugin.Activate");
      if (!Array.isArray(Implements) || !Implements.includes("NetworkDriver"))
        return fail(`${docker.plugin} is served by another plugin`, "give docker.plugin a name of its own");
    } catch (error) {
      return fail(messageOf(error), "systemctl restart fairway");
    }
    const directory = dirname(docker.plugin);
    const others = names.filter((name) => name !== "fairway");
    const looks = others.map((name) => otherName(name, join(directory, `${name}.sock`)));
    const wrong = (await Promise.all(looks)).find((finding) => finding !== undefined);
    if (wrong !== undefined) return wrong;
    if (!pluginDirectories.includes(directory))
      return warn(
        `${docker.plugin} answers, but Docker does not look into ${directory}`,
        `mkdir -p /etc/docker/plugins && echo unix://${docker.plugin} >/etc/docker/plugins/${basename(docker.plugin, ".sock")}.spec`,
      );
    return ok(`${docker.plugin} answers${others.length > 0 ? `, and so do ${others.join(", ")}` : ""}`);
  },
};

/** What is wrong with the socket of a name in another plugin's place. */
async function otherName(name: string, socket: string): Promise<Finding | undefined> {
  try {
    const { Vendor } = await askHttp(socket, "POST", "/Plugin.Activate");
    if (Vendor === vendor) return undefined;
    return fail(
      `${socket} is served by another plugin`,
      `stop and disable that plugin, or take ${name} out of driver-names`,
    );
  } catch (error) {
    return fail(messageOf(error), "systemctl restart fairway");
  }
}

const permissions: Check = {
  name: "permissions",
  about: "Whether only root can use Fairway's sockets and read its keys",
  look: async ({ config: { api, center, docker } }) => {
    const paths = [
      docker.plugin,
      ...(center.enabled ? [api.socket, center.database] : []),
      ...(api.key === undefined ? [] : [api.key]),
      ...center.listen.map(({ key }) => key),
    ];
    const open = await Promise.all(paths.map(async (path) => ({ path, how: await openToOthers(path) })));
    const wrong = open.filter(({ how }) => how !== undefined);
    if (wrong.length === 0) return ok("root alone");
    const files = wrong.map(({ path }) => path).join(" ");
    return fail(wrong.map(({ how }) => how).join("; "), `chown root ${files} && chmod 0600 ${files}`);
  },
};

export const dockerChecks: readonly Check[] = [engine, pluginSocket, permissions];
