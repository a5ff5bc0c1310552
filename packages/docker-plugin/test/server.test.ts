import assert from "node:assert/strict";
import { test } from "node:test";
import { PluginError } from "../src/index.ts";
import { ScriptedDrivers, TestPlugin } from "./plugin.ts";

const endpoint = { NetworkID: "n1", EndpointID: "e1" };
const contentType = "application/vnd.docker.plugins.v1.2+json";

test("the handshake names what there is and answers in Docker's form", async () => {
  await using plugin = await TestPlugin.start();
  const { status, headers, json } = await plugin.client.call("Plugin.Activate");
  assert.equal(status, 200);
  assert.equal(headers["content-type"], contentType);
  assert.deepEqual(json, { Implements: ["NetworkDriver", "IpamDriver"] });
  const capabilities = await plugin.client.call("NetworkDriver.GetCapabilities");
  assert.deepEqual(capabilities.json, { Scope: "local", GwAllocChecker: true });
  assert.deepEqual((await plugin.client.call("IpamDriver.GetCapabilities")).json, {});
  assert.deepEqual(plugin.drivers.calls, []);
});

test("one interface alone is served, the other one is unknown", async () => {
  await using plugin = await TestPlugin.start({ ipam: undefined });
  assert.deepEqual((await plugin.client.call("Plugin.Activate")).json, { Implements: ["NetworkDriver"] });
  assert.equal((await plugin.client.call("IpamDriver.GetCapabilities")).status, 404);
});

test("a handler gets a complete request and its answer goes out", async () => {
  await using plugin = await TestPlugin.start();
  plugin.drivers.answers.set("join", { InterfaceName: { SrcName: "v1", DstPrefix: "eth" } });
  const { status, json } = await plugin.client.call("NetworkDriver.Join", {
    networkid: "n1",
    ENDPOINTID: "e1",
    Options: null,
    Unheard: 1,
  });
  assert.equal(status, 200);
  assert.deepEqual(json, { InterfaceName: { SrcName: "v1", DstPrefix: "eth" } });
  assert.deepEqual(plugin.drivers.calls[0]?.request, { ...endpoint, SandboxKey: "", Options: {} });
  const record = await plugin.record();
  assert.equal(record.id, plugin.drivers.calls[0]?.context.id);
  assert.equal(record.method, "NetworkDriver.Join");
  assert.deepEqual(record.response, json);
  assert.equal(record.error, undefined);
});

test("what a handler does not answer is {}", async () => {
  await using plugin = await TestPlugin.start();
  assert.equal((await plugin.client.call("NetworkDriver.Leave", endpoint)).text, "{}");
});

test("methods that a driver leaves out are answered {}", async () => {
  const { network } = new ScriptedDrivers();
  delete network.programExternalConnectivity;
  delete network.revokeExternalConnectivity;
  delete network.gwAllocCheck;
  await using plugin = await TestPlugin.start({ network });
  for (const method of ["ProgramExternalConnectivity", "RevokeExternalConnectivity", "GwAllocCheck"]) {
    const { status, text } = await plugin.client.call(`NetworkDriver.${method}`, endpoint);
    assert.deepEqual([status, text], [200, "{}"]);
  }
  const { json } = await plugin.client.call("NetworkDriver.GetCapabilities");
  assert.deepEqual(json, { Scope: "local" });
});

test("a handler's error is 500 with Err and Error in one line", async () => {
  await using plugin = await TestPlugin.start();
  plugin.drivers.answers.set("requestAddress", () => {
    throw new Error("the pool\n  is full");
  });
  const { status, json } = await plugin.client.call("IpamDriver.RequestAddress", { PoolID: "p" });
  assert.equal(status, 500);
  assert.deepEqual(json, { Err: "the pool is full", Error: "the pool is full" });
  assert.equal((await plugin.record()).error?.code, "handler_failed");
});

test("a driver may choose the status of its error, within those of errors", async () => {
  await using plugin = await TestPlugin.start();
  for (const [asked, got] of [
    [409, 409],
    [200, 500],
    [undefined, 404],
  ] as const) {
    plugin.drivers.answers.set("leave", () => {
      throw new PluginError("not_found", "no such endpoint", asked === undefined ? {} : { status: asked });
    });
    assert.equal((await plugin.client.call("NetworkDriver.Leave", endpoint)).status, got);
  }
});

test("an answer that is no JSON object is an error", async () => {
  await using plugin = await TestPlugin.start();
  for (const answer of ["text", [1], { big: 1n }]) {
    plugin.drivers.answers.set("endpointOperInfo", answer);
    const { status, json } = await plugin.client.call("NetworkDriver.EndpointOperInfo", endpoint);
    assert.equal(status, 500);
    assert.match(String(json.Err), /the handler's answer/);
  }
  assert.deepEqual(
    new Set(plugin.records.map(({ error }) => error?.code)),
    new Set(["unserializable_answer"]),
  );
});

test("what CreateEndpoint echoes is left out and reported", async () => {
  await using plugin = await TestPlugin.start();
  plugin.drivers.answers.set("createEndpoint", {
    Interface: { Address: "10.0.0.2/24", AddressIPv6: "", MacAddress: "02:00:00:00:00:01" },
  });
  const { status, json } = await plugin.client.call("NetworkDriver.CreateEndpoint", {
    ...endpoint,
    Interface: { Address: "10.0.0.2/24" },
  });
  assert.equal(status, 200);
  assert.deepEqual(json, { Interface: { MacAddress: "02:00:00:00:00:01" } });
  const { error } = await plugin.record();
  assert.equal(error?.code, "echoed_interface");
  assert.match(error?.message ?? "", /answered Address, which/);
});

test("a handler that takes too long is answered for, and aborted", async () => {
  await using plugin = await TestPlugin.start({ handlerTimeoutMs: { "NetworkDriver.Join": 20 } });
  plugin.drivers.answers.set("join", () => new Promise(() => undefined));
  const { status, json } = await plugin.client.call("NetworkDriver.Join", endpoint);
  assert.equal(status, 500);
  assert.equal(json.Err, "NetworkDriver.Join did not end within 20 ms");
  assert.equal(json.Error, json.Err);
  const signal = plugin.drivers.calls[0]?.context.signal;
  assert(signal?.reason instanceof PluginError);
  assert.equal(signal.reason.code, "handler_timeout");
  assert.equal((await plugin.record()).error?.retryable, true);
});

test("where a client hangs up the handler goes on and the record says so", async () => {
  await using plugin = await TestPlugin.start();
  const begun = Promise.withResolvers<void>();
  const released = Promise.withResolvers<object>();
  plugin.drivers.answers.set("join", () => {
    begun.resolve();
    return released.promise;
  });
  const caller = new AbortController();
  const call = plugin.client.call("NetworkDriver.Join", endpoint, { signal: caller.signal });
  await begun.promise;
  caller.abort();
  await assert.rejects(call, { name: "AbortError" });
  // An answered call shows that the server has seen the end of the other connection.
  await plugin.client.call("Plugin.Activate");
  assert.equal(plugin.drivers.calls[0]?.context.signal.aborted, false);
  released.resolve({ Gateway: "10.0.0.1" });
  const record = await plugin.record(({ method }) => method === "NetworkDriver.Join");
  assert.equal(record.clientGone, true);
  assert.deepEqual(record.response, { Gateway: "10.0.0.1" });
});

test("an onCall that throws harms no call", async (t) => {
  const warned = Promise.withResolvers<Error>();
  t.after(() => process.removeListener("warning", warned.resolve));
  process.once("warning", warned.resolve);
  await using plugin = await TestPlugin.start({
    onCall: () => {
      throw new Error("the log is full");
    },
  });
  assert.equal((await plugin.client.call("Plugin.Activate")).status, 200);
  assert.equal((await plugin.client.call("Plugin.Activate")).status, 200);
  assert.match((await warned.promise).message, /the log is full/);
});

test("options that make no sense are refused", async () => {
  const invalid = { name: "PluginError", code: "invalid_configuration" };
  await assert.rejects(TestPlugin.start({ network: undefined, ipam: undefined }), invalid);
  await assert.rejects(TestPlugin.start({ handlerTimeoutMs: Infinity }), invalid);
  await assert.rejects(TestPlugin.start({ handlerTimeoutMs: { "NetworkDriver.Join": 0 } }), invalid);
  await assert.rejects(TestPlugin.start({ requestTimeoutMs: Number.NaN }), invalid);
});
