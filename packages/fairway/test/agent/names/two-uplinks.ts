import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { after } from "node:test";
import { promisify } from "node:util";
import { Links } from "../../../src/agent/ports/links.ts";
import type { NameAnswer } from "../../../src/center/schemas/name.ts";
import { FairwayError } from "../../../src/errors.ts";
import { Netlink } from "../../../src/host/netlink/netlink.ts";
import { until } from "../chassis.ts";
import { enterPrivateNetwork } from "../private-network.ts";

enterPrivateNetwork();
export const run = promisify(execFile);
export const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill("SIGKILL");
});

/** Two "containers" of equal address, each behind an uplink of its own, with a routing table for each mark. */
async function makeUplinks(): Promise<readonly ChildProcess[]> {
  await run("ip", ["link", "set", "lo", "up"]);
  return Promise.all(
    [1, 2].map(async (mark) => {
      const container = spawn("unshare", ["--net", "sleep", "1000"], { stdio: "ignore" });
      children.push(container);
      const pid = container.pid ?? 0;
      const inside = (...words: string[]) => run("nsenter", [`--net=/proc/${pid}/ns/net`, "ip", ...words]);
      const own = await run("readlink", ["/proc/self/ns/net"]);
      await until("the namespace", async () =>
        assert.notEqual((await run("readlink", [`/proc/${pid}/ns/net`])).stdout, own.stdout),
      );
      await run("ip", [
        "link",
        "add",
        `uplink${mark}`,
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        `${pid}`,
      ]);
      await run("ip", ["address", "add", "169.254.77.2/30", "dev", `uplink${mark}`]);
      await run("ip", ["link", "set", `uplink${mark}`, "up"]);
      await inside("address", "add", "10.1.0.2/24", "dev", "eth0");
      await inside("link", "set", "eth0", "up");
      await inside("route", "add", "default", "via", "169.254.77.2", "dev", "eth0", "onlink");
      await run("ip", ["route", "add", "10.1.0.0/24", "dev", `uplink${mark}`, "table", `${100 + mark}`]);
      await run("ip", ["rule", "add", "fwmark", `${mark}`, "lookup", `${100 + mark}`]);
      return container;
    }),
  );
}

/** Asks from within, by a program that knows nothing of Fairway. */
export async function ask(
  container: ChildProcess | undefined,
  name: string,
  type = "A",
  server = "169.254.53.53:5453",
): Promise<string[]> {
  const script = `
    const { Resolver } = require("node:dns/promises");
    const resolver = new Resolver({ timeout: 2000, tries: 2 });
    resolver.setServers([${JSON.stringify(server)}]);
    resolver.resolve(${JSON.stringify(name)}, "${type}").then(
      (answer) => console.log(answer.sort().join(" ")),
      (error) => console.log(error.code),
    );`;
  const words = [`--net=/proc/${container?.pid}/ns/net`, process.execPath, "-e", script];
  return (await run("nsenter", words)).stdout.trim().split(" ");
}

export const uplinks = await makeUplinks();
export const netlink = new Netlink();
after(() => netlink[Symbol.dispose]());
export const links = new Links(netlink);
export const uplinkOf = (mark: number, network: string) => ({ network, device: `uplink${mark}`, mark });

export interface Question {
  readonly network: string;
  readonly name: string;
}

/** Each network has a `web` of its own, and one of them a name that so many bear that they fit no datagram. */
export const api = {
  resolveName: async ({ network, name }: Question): Promise<NameAnswer> => {
    if (name === "stranger") throw new FairwayError("not_found", "no such container");
    if (name === "web") return { known: true, addresses: [network === "red" ? "10.1.0.71" : "10.1.0.72"] };
    if (name !== "many") return { known: false, addresses: [] };
    return { known: true, addresses: Array.from({ length: 200 }, (_, at) => `10.1.0.${at + 1}`) };
  },
  reverseLookup: async () => ({ known: true, names: ["web.blue"] }),
};
