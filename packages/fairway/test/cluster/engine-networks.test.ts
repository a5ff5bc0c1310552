import assert from "node:assert/strict";
import { mkdtempDisposable } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { removeEngineNetworks, requireEngine } from "../../src/cluster/engine-networks.ts";

test("M08 an engine that does not answer is not one without networks, except by force", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "fairway-engine-"));
  const socket = join(directory.path, "docker.sock");
  const refusal = {
    code: "unavailable",
    message:
      /^Docker does not answer: .*docker\.sock.*; start it first \(systemctl start docker\), or .*--force/,
  };
  await assert.rejects(requireEngine(socket), refusal);
  const asked = { socket, driver: "fairway", others: new Set<string>(), isHeard: true };
  await assert.rejects(removeEngineNetworks({ ...asked, force: false }), refusal);
  assert.equal(await removeEngineNetworks({ ...asked, force: true }), "unknown");
});

test("M08 of the networks of an engine that answers those that containers have stay, and are named", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "fairway-engine-"));
  const socket = join(directory.path, "docker.sock");
  const answers: Readonly<Record<string, unknown>> = {
    "GET /version": { Version: "28.5.2" },
    "GET /networks": [
      { Id: "1", Name: "blue", Driver: "fairway" },
      { Id: "2", Name: "green", Driver: "fairway" },
      { Id: "4", Name: "ours", Driver: "vlcp" },
      { Id: "5", Name: "theirs", Driver: "vlcp" },
    ],
    "GET /containers/json": [
      {
        Id: "3",
        Names: ["/web"],
        NetworkSettings: { Networks: { blue: { NetworkID: "1", EndpointID: "" } } },
      },
    ],
    "DELETE /networks/2": {},
    "DELETE /networks/4": {},
  };
  const asked: string[] = [];
  const server = createServer(({ method, url = "" }, response) => {
    const call = `${method} ${url.split("?", 1)[0]}`;
    asked.push(call);
    response.writeHead(call in answers ? 200 : 500).end(JSON.stringify(answers[call] ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  try {
    await requireEngine(socket);
    const stayed = await removeEngineNetworks({
      socket,
      driver: "fairway",
      others: new Set(["4"]),
      isHeard: true,
      force: false,
    });
    assert.deepEqual(stayed, ["blue"]);
    assert.deepEqual(
      asked.filter((call) => call.startsWith("DELETE")).sort(),
      ["DELETE /networks/2", "DELETE /networks/4"],
      "of another plugin's name those alone that Fairway made",
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
