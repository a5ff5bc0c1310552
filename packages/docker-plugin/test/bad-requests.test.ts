import assert from "node:assert/strict";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import fc from "../../../test/fast-check.ts";
import { DockerClient, openRaw, type Reply } from "./client.ts";
import { bodylessMethods, methodNames } from "./method-names.ts";
import { TestPlugin } from "./plugin.ts";

const endpoint = { NetworkID: "n1", EndpointID: "e1" };

function assertRefusal(reply: Pick<Reply, "json" | "status">, status: number, line: RegExp): void {
  assert.equal(reply.status, status);
  assert.deepEqual(Object.keys(reply.json), ["Err", "Error"]);
  assert.equal(reply.json.Err, reply.json.Error);
  assert.match(String(reply.json.Err), line);
}

test("D17 an empty body is 400 and reaches no handler, but where Docker sends none", async () => {
  await using plugin = await TestPlugin.start();
  for (const name of methodNames.filter((name) => !bodylessMethods.has(name))) {
    for (const body of ["", " \r\n"]) {
      assertRefusal(await plugin.client.call(name, body), 400, /without a body; nothing was done$/);
    }
  }
  assert.deepEqual(plugin.drivers.calls, []);
  assert(plugin.records.every(({ error }) => error?.code === "empty_body"));
  for (const name of bodylessMethods) assert.equal((await plugin.client.call(name)).status, 200, name);
});

test("D17 an unknown path is 404", async () => {
  await using plugin = await TestPlugin.start();
  const paths = [
    "NetworkDriver.Nothing",
    "",
    "networkdriver.join",
    "__proto__",
    "NetworkDriver.Join/",
    "NetworkDriver",
  ];
  for (const path of paths)
    assertRefusal(await plugin.client.call(path, endpoint), 404, /is no method of this plugin$/);
  assert.deepEqual(plugin.drivers.calls, []);
});

test("D17 broken JSON is 400 and reaches no handler", async () => {
  await using plugin = await TestPlugin.start();
  for (const body of ["{", "{}{}", "nonsense", '{"NetworkID":"n1",}', "\u0000"]) {
    assertRefusal(await plugin.client.call("NetworkDriver.Leave", body), 400, /^the body is not JSON$/);
  }
  const latin = Buffer.from('{"NetworkID":"\u00fc"}', "latin1");
  assertRefusal(await plugin.client.send("NetworkDriver.Leave", latin), 400, /^the body is not UTF-8$/);
  assert.deepEqual(plugin.drivers.calls, []);
});

test("D17 a body of another shape is 400 and says where", async () => {
  await using plugin = await TestPlugin.start();
  for (const [body, line] of [
    [{}, /NetworkID.*EndpointID/],
    [{ ...endpoint, NetworkID: "" }, /^NetworkID: /],
    [{ ...endpoint, EndpointID: "y".repeat(257) }, /^EndpointID: /],
    [{ ...endpoint, Interface: { Address: 7 } }, /^Interface\.Address: /],
    [{ ...endpoint, Options: "text" }, /^Options: /],
    [[], /./],
    ["null", /./],
  ] as const) {
    assertRefusal(await plugin.client.call("NetworkDriver.CreateEndpoint", body), 400, line);
  }
  assert.deepEqual(plugin.drivers.calls, []);
});

test("D17 another HTTP method than POST is 405", async () => {
  await using plugin = await TestPlugin.start();
  const reply = await plugin.client.call("NetworkDriver.Leave", endpoint, { verb: "PUT" });
  assertRefusal(reply, 405, /takes POST, not PUT$/);
  assert.equal(reply.headers.allow, "POST");
});

test("D17 a body beyond the bound is 413, and the connection lives on", async () => {
  await using plugin = await TestPlugin.start({ maxBodyBytes: 1000 });
  const long = { ...endpoint, Padding: "x".repeat(200_000) };
  assertRefusal(await plugin.client.call("NetworkDriver.Leave", long), 413, /at most 1000 are taken$/);
  assert.equal((await plugin.client.call("NetworkDriver.Leave", endpoint)).status, 200);
});

test("D17 what is no HTTP is answered with 400, headers without end with 431", async () => {
  await using plugin = await TestPlugin.start();
  for (const [bytes, status] of [
    ["nonsense\r\n\r\n", 400],
    [`POST /Plugin.Activate HTTP/1.1\r\nA: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    ["POST /NetworkDriver.Leave HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400],
  ] as const) {
    const socket = await openRaw(plugin.server.address);
    socket.write(bytes);
    const answer = await text(socket);
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} [^]*"Err":"[^"]+","Error":"`));
    socket.destroy();
  }
});

test("a client that never ends its request is answered with 408", async () => {
  await using plugin = await TestPlugin.start({ requestTimeoutMs: 50 });
  for (const begun of [
    "POST /NetworkDriver.Le",
    "POST /NetworkDriver.Leave HTTP/1.1\r\nContent-Length: 10\r\n\r\n{",
  ]) {
    const socket = await openRaw(plugin.server.address);
    socket.write(begun);
    assert.match(await text(socket), /^HTTP\/1.1 408 [^]*took too long/);
    socket.destroy();
  }
  assert.deepEqual(plugin.drivers.calls, []);
});

test("connections that are idle stay open, fresh ones too", async () => {
  await using plugin = await TestPlugin.start({ requestTimeoutMs: 50 });
  const fresh = await openRaw(plugin.server.address);
  const used = await openRaw(plugin.server.address);
  const activate = "POST /Plugin.Activate HTTP/1.1\r\nContent-Length: 0\r\n\r\n";
  used.write(activate);
  await once(used, "data");
  // A slow client beside them shows that the server has looked for late ones since.
  const slow = await openRaw(plugin.server.address);
  slow.write("POST");
  await text(slow);
  for (const socket of [fresh, used]) {
    socket.write(activate);
    const [answer] = await once(socket, "data");
    assert.match(String(answer), /^HTTP\/1.1 200 /);
    socket.destroy();
  }
  slow.destroy();
});

test("any body to any path gets an answer with both error fields, or success", async () => {
  await using plugin = await TestPlugin.start();
  using client = new DockerClient(plugin.server.address);
  const path = fc.constantFrom(...methodNames, "Nothing");
  const nearlyRight = fc.record({
    NetworkID: fc.oneof(fc.string(), fc.jsonValue()),
    EndpointID: fc.string(),
    Interface: fc.jsonValue(),
    Options: fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue())),
  });
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.oneof(fc.jsonValue(), nearlyRight).map((value) => Buffer.from(JSON.stringify(value))),
  );
  await fc.assert(
    fc.asyncProperty(path, body, async (name, bytes) => {
      const { status, json } = await client.send(name, bytes);
      if (status === 200) return;
      assert([400, 404].includes(status), String(status));
      assert.equal(typeof json.Err, "string");
      assert.equal(json.Err, json.Error);
    }),
    { numRuns: 300 },
  );
});

test("any bytes on a connection leave the server alive", async () => {
  await using plugin = await TestPlugin.start();
  const line = fc.constantFrom(
    "POST /NetworkDriver.Join HTTP/1.1\r\n",
    "Content-Length: 5\r\n",
    "\r\n",
    "{",
    "",
  );
  const bytes = fc.array(
    fc.oneof(
      line.map((part) => Buffer.from(part)),
      fc.uint8Array({ maxLength: 40 }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (parts) => {
      const socket = await openRaw(plugin.server.address);
      socket.on("error", () => undefined).resume();
      socket.end(Buffer.concat(parts));
      await once(socket, "close");
      assert.equal((await plugin.client.call("Plugin.Activate")).status, 200);
    }),
    { numRuns: 100 },
  );
});
