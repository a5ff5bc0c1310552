import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PLUGIN_ERRORS } from "../src/index.ts";
import { DockerClient } from "./client.ts";
import { methodNames } from "./method-names.ts";
import { makeDirectory } from "./plugin.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

/** The cells of the table under a heading, row by row. */
function tableUnder(heading: string): string[][] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) => row.slice(2, -2).split(" | "));
}

test("the README's table of errors is the code's", () => {
  const known = Object.entries(PLUGIN_ERRORS).map(([code, { status, retryable }]) => [
    `\`${code}\``,
    String(status),
    retryable ? "yes" : "no",
  ]);
  assert.deepEqual(
    tableUnder("Errors").map((row) => row.slice(0, 3)),
    known,
  );
});

test("the README's table of methods is the code's", () => {
  assert.deepEqual(
    tableUnder("Methods").map(([method]) => method),
    methodNames.map((name) => `\`${name}\``),
  );
});

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

const canUnshare = spawnSync("unshare", ["--net", "true"]).status === 0;

test("the README's driver makes a network and an endpoint", { skip: !canUnshare }, async () => {
  await using directory = await makeDirectory();
  const library = join(import.meta.dirname, "../src/index.ts");
  const example = readme.split("```ts\n")[1]?.split("```")[0] ?? "";
  writeFileSync(join(directory.path, "example.mts"), example.replace("@fairway/docker-plugin", library));
  const socketPath = join(directory.path, "example.sock");
  const child = spawn(
    "unshare",
    ["--net", process.execPath, join(directory.path, "example.mts"), socketPath],
    {
      stdio: "inherit",
    },
  );
  const exited = once(child, "exit");
  try {
    await appears(directory.path, "example.sock", exited);
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
});
