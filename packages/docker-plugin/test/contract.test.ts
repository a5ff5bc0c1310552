/** What three engines sent is replayed: the server must accept and refuse as they were told to expect. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { suite, test } from "node:test";
import { PluginError } from "../src/index.ts";
import { openRaw } from "./client.ts";
import { bodylessMethods } from "./method-names.ts";
import { TestPlugin } from "./plugin.ts";
import { type RecordedCall, readRequests, readScenarios } from "./recordings.ts";

const contentType = "application/vnd.docker.plugins.v1.2+json";

/** NetworkDriver.Join is served by `join`. */
function handlerName(method: string): string {
  const name = method.slice(method.indexOf(".") + 1);
  return name.slice(0, 1).toLowerCase() + name.slice(1);
}

/** Answered by the server itself. */
function isStatic(method: string): boolean {
  return method === "Plugin.Activate" || method.endsWith(".GetCapabilities");
}

/** What was recorded is there, whatever was added for what Docker leaves out. */
function assertHolds(actual: unknown, recorded: unknown, path: string): void {
  if (recorded === null) return;
  if (typeof recorded !== "object") {
    assert.equal(actual, recorded, path);
    return;
  }
  assert(typeof actual === "object" && actual !== null, path);
  const fields = new Map(Object.entries(actual));
  for (const [name, value] of Object.entries(recorded)) {
    // A map's values go through as they are, null too.
    if (path.endsWith(".Options")) assert.deepEqual(fields.get(name), value, `${path}.${name}`);
    else assertHolds(fields.get(name), value, `${path}.${name}`);
  }
}

/** The driver does as the recording plugin did. */
function answerAsRecorded(plugin: TestPlugin, { method, status, response }: RecordedCall): void {
  plugin.drivers.answers.set(handlerName(method), () => {
    if (typeof status === "number" && status >= 400)
      throw new PluginError("handler_failed", errorText(response), { status });
    return typeof response === "object" ? response : undefined;
  });
}

function errorText(response: unknown): string {
  const fields = new Map(Object.entries(response ?? {}));
  return String(fields.get("Err") || fields.get("Error") || "failed");
}

/** Docker refuses these, and the server leaves them out: fields that the request had set. */
function answerWithoutEcho({ request, response }: RecordedCall): unknown {
  const asked = new Map(
    Object.entries(Object(new Map(Object.entries(request ?? {})).get("Interface") ?? {})),
  );
  const given = new Map(Object.entries(response ?? {})).get("Interface");
  if (given === undefined || given === null) return response;
  return {
    Interface: Object.fromEntries(Object.entries(given).filter(([name]) => (asked.get(name) ?? "") === "")),
  };
}

async function replay(plugin: TestPlugin, recorded: RecordedCall): Promise<void> {
  const { method, request, status, response } = recorded;
  answerAsRecorded(plugin, recorded);
  const handled = plugin.drivers.calls.length;
  const reply = await plugin.client.call(method, request ?? undefined);
  const [call, ...others] = plugin.drivers.calls.slice(handled);
  assert.deepEqual(others, []);
  if (request === null && !bodylessMethods.has(method as never)) {
    assert.equal(call, undefined);
    assert.equal(reply.status, 400);
    assert.deepEqual(Object.keys(reply.json), ["Err", "Error"]);
    return;
  }
  if (isStatic(method)) {
    assert.equal(call, undefined);
    assert.equal(reply.status, 200);
    return;
  }
  assert.equal(call?.name, handlerName(method));
  if (request !== null) assertHolds(call.request, request, method);
  if (typeof status === "number" && status >= 400) {
    assert.equal(reply.status, status);
    const line = errorText(response)
      .replaceAll(/\s*\n\s*/g, " ")
      .trim();
    assert.deepEqual(reply.json, { Err: line, Error: line });
  } else {
    assert.equal(reply.status, 200);
    const answered = typeof response === "object" && response !== null ? response : {};
    assert.deepEqual(
      reply.json,
      method === "NetworkDriver.CreateEndpoint"
        ? answerWithoutEcho({ ...recorded, response: answered })
        : answered,
    );
  }
}

suite("D18 every recorded request is served as the engines expect", () => {
  for (const [method, requests] of Map.groupBy(readRequests(), ({ method }) => method)) {
    test(`D18 ${method}: ${requests.length} distinct requests`, async () => {
      await using plugin = await TestPlugin.start();
      for (const request of requests) await replay(plugin, request);
    });
  }
});

suite("D18 the main scenarios are served in their order", () => {
  for (const [title, calls] of Map.groupBy(
    readScenarios(),
    ({ engine, scenario }) => `${scenario} on ${engine}`,
  )) {
    test(`D18 ${title}: ${calls.length} calls`, async () => {
      await using plugin = await TestPlugin.start();
      for (const call of calls) await replay(plugin, call);
      const handled = calls
        .filter(({ method }) => !isStatic(method))
        .map(({ method }) => handlerName(method));
      assert.deepEqual(
        plugin.drivers.calls.map(({ name }) => name),
        handled,
      );
    });
  }
});

test("D18 the headers of three engines are taken", async () => {
  await using plugin = await TestPlugin.start();
  for (const host of ["", "plugin.moby.localhost"]) {
    const socket = await openRaw(plugin.server.address);
    const headers = ["User-Agent: Go-http-client/1.1", "Content-Length: 0", `Accept: ${contentType}`];
    socket.write(`POST /Plugin.Activate HTTP/1.1\r\nHost: ${host}\r\n${headers.join("\r\n")}\r\n\r\n`);
    const [answer] = await once(socket, "data");
    assert.match(String(answer), /^HTTP\/1.1 200 /);
    assert(String(answer).includes(`Content-Type: ${contentType}\r\n`));
    socket.destroy();
  }
});

/** Sent to a managed plugin of scope global by the three engines alike, for `network create --scope swarm` and `network rm`. */
test("D18 swarm's manager has a network allocated and freed", async () => {
  await using plugin = await TestPlugin.start({ networkCapabilities: { Scope: "global" } });
  const subnet = { AddressSpace: "", Gateway: "10.0.1.1/24", Pool: "10.0.1.0/24" };
  const network = { NetworkID: "ca0l6ieqce6orirzpp7khgj3m" };
  plugin.drivers.answers.set("allocateNetwork", { Options: { vni: "7" } });
  const allocated = await plugin.client.call("NetworkDriver.AllocateNetwork", {
    ...network,
    Options: {},
    IPv4Data: [subnet],
    IPv6Data: null,
  });
  assert.deepEqual(allocated.json, { Options: { vni: "7" } });
  assert.deepEqual(plugin.drivers.calls[0]?.request, {
    ...network,
    Options: {},
    IPv4Data: [{ ...subnet, AuxAddresses: {} }],
    IPv6Data: [],
  });
  assert.equal((await plugin.client.call("NetworkDriver.FreeNetwork", network)).text, "{}");
});
