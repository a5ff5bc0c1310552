import { enterPrivateNetwork } from "../agent/private-network.ts";

enterPrivateNetwork();

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { examine } from "../../src/doctor/examine.ts";
import { fairwayChecks } from "../../src/doctor/fairway.ts";
import { Site } from "../../src/doctor/site.ts";

const address = "192.0.2.9";
const port = 6640;

async function listening(where: string | { readonly host: string; readonly port: number }): Promise<Server> {
  const server = createServer((socket) => socket.end()).listen(
    typeof where === "string" ? { path: where } : where,
  );
  await once(server, "listening");
  return server;
}

test("X10 O03 a center whose address is not there, or takes no connection, is a finding with its mend", async () => {
  execFileSync("ip", ["link", "set", "lo", "up"]);
  await using directory = await mkdtempDisposable(join(tmpdir(), "fairway-doctor-"));
  const at = (name: string) => join(directory.path, name);
  const listen = [{ address, port, ca: at("ca"), cert: at("cert"), key: at("key") }];
  const settings = {
    host: { name: "h1" },
    center: { listen },
    api: { socket: at("api.sock") },
    docker: { plugin: at("plugin.sock") },
  };
  await writeFile(at("fairway.yaml"), JSON.stringify(settings));
  const config = loadConfig(at("fairway.yaml"), {});
  const check = fairwayChecks.find(({ name }) => name === "center's address") ?? assert.fail();
  const look = async () => {
    await using site = new Site(config);
    return (await examine([check], site, 1000)).checks[0];
  };

  assert.equal((await look())?.state, "skip", "Fairway does not run");
  const api = await listening(at("api.sock"));
  assert.deepEqual(await look(), {
    check: "center's address",
    state: "fail",
    seen: `no link of this machine has ${address}: Fairway waits for it, and other hosts do not reach the center`,
    mend: `bring up the link that has ${address}; \`ip address\` shows what is there`,
  });
  execFileSync("ip", ["address", "add", `${address}/32`, "dev", "lo"]);
  assert.deepEqual(await look(), {
    check: "center's address",
    state: "fail",
    seen: `${address}:${port}: nobody listens there`,
    mend: "journalctl --unit fairway --grep listen",
  });
  const center = await listening({ host: address, port });
  assert.deepEqual(await look(), { check: "center's address", state: "ok", seen: `${address}:${port}` });
  for (const server of [api, center]) server.close();
});
