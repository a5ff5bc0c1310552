import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { DockerClient } from "./client.ts";

export const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

/** What stands first in a language in the README. */
export function block(language: string): string {
  return readme.split(`\`\`\`${language}\n`)[1]?.split("```")[0] ?? "";
}

/** Resolves when the file is there, or with the other promise. */
async function appears(directory: string, name: string, otherwise: Promise<unknown>): Promise<void> {
  const seen = Promise.withResolvers<void>();
  const look = () => void (existsSync(join(directory, name)) && seen.resolve());
  const watcher = watch(directory, look);
  look();
  await Promise.race([seen.promise, otherwise]);
  watcher.close();
}

/** Devices in the network namespace of a process. */
function linksOf({ pid }: ChildProcess): string[] {
  const links = execFileSync("nsenter", ["-t", String(pid), "-n", "ip", "-json", "link"], {
    encoding: "utf8",
  });
  return (JSON.parse(links) as { ifname: string }[]).map(({ ifname }) => ifname);
}

/** Whether this machine lets the example have a network namespace of its own. */
export const canUnshare = spawnSync("unshare", ["--net", "true"]).status === 0;

/**
 * Runs the README's driver in a network namespace of its own: it makes a network and an endpoint, and takes them back.
 * @param directory where its socket comes
 */
export async function exampleRuns(directory: string, ...command: readonly string[]): Promise<void> {
  const socketPath = join(directory, "example.sock");
  const child = spawn("unshare", ["--net", ...command, socketPath], { stdio: "inherit" });
  const exited = once(child, "exit");
  try {
    await appears(directory, "example.sock", exited);
    using client = new DockerClient(socketPath);
    const succeed = async (method: string, body?: object) => {
      const reply = await client.call(method, body);
      assert.equal(reply.status, 200, reply.text);
      return reply.json;
    };
    const network = { NetworkID: "0123456789abcdef" };
    const endpoint = { ...network, EndpointID: "fedcba9876543210" };
    await succeed("Plugin.Activate");
    await succeed("NetworkDriver.CreateNetwork", network);
    await succeed("NetworkDriver.CreateEndpoint", { ...endpoint, Interface: { Address: "10.0.0.2/24" } });
    const answer = await succeed("NetworkDriver.Join", endpoint);
    assert.deepEqual(answer.InterfaceName, { SrcName: "c-fedcba9876", DstPrefix: "eth" });
    assert(linksOf(child).includes("c-fedcba9876"));
    await succeed("NetworkDriver.EndpointOperInfo", endpoint);
    await succeed("NetworkDriver.Leave", endpoint);
    await succeed("NetworkDriver.DeleteEndpoint", endpoint);
    await succeed("NetworkDriver.DeleteNetwork", network);
    assert.deepEqual(linksOf(child), ["lo"]);
  } finally {
    child.kill("SIGTERM");
    await exited;
  }
  assert.equal(child.exitCode, 0);
  assert(!existsSync(socketPath));
}
