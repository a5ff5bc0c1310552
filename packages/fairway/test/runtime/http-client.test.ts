import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { HttpClient, isLate } from "../../src/runtime/http-client.ts";

async function serve(listener: RequestListener) {
  const directory = await mkdtemp(join(tmpdir(), "fairway-http-"));
  const socketPath = join(directory, "http.sock");
  const server = createServer(listener).listen(socketPath);
  await once(server, "listening");
  return {
    server,
    socketPath,
    async [Symbol.asyncDispose]() {
      await close(server);
      await rm(directory, { recursive: true });
    },
  };
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}

const status = { method: "GET", path: "/status" } as const;
const patient = { beginMs: 20_000 };

test("a body goes out as JSON, an answer comes back with its status, and connections are used again", async () => {
  const connections = new Set<unknown>();
  await using served = await serve((request, response) => {
    connections.add(request.socket);
    request.setEncoding("utf8").on("data", (body) => response.writeHead(409).end(body));
    if (request.method === "GET") response.end("ok");
  });
  await using client = new HttpClient(served);
  const put = { method: "PUT", path: "/x", body: { name: "é" } } as const;
  const { status: code, body } = await client.ask(put, 20_000);
  assert.deepEqual([code, body], [409, '{"name":"é"}']);
  for (let calls = 0; calls < 10; calls++) assert.equal((await client.ask(status, 20_000)).body, "ok");
  assert.ok(
    connections.size <= 2,
    "one that is used again, and one more while the first is about to be free",
  );
});

test("a server that says nothing is late, before its answer and in the middle of it", async () => {
  await using served = await serve((request, response) => {
    if (request.url === "/begun") response.writeHead(200).write("a");
  });
  await using client = new HttpClient(served);
  await assert.rejects(client.ask(status, 20), isLate);
  await assert.rejects(client.ask({ ...status, path: "/begun" }, 50), isLate);
  const { body } = await client.open({ ...status, path: "/begun" }, { ...patient, silenceMs: 20 });
  await assert.rejects(body.text(), isLate);
});

test("whoever gives up gets the signal's reason, while the answer is awaited and while it is read", async () => {
  await using served = await serve((request, response) => {
    if (request.url === "/begun") response.writeHead(200).write("a");
  });
  await using client = new HttpClient(served);
  const awaiting = new AbortController();
  const answer = client.ask({ ...status, signal: awaiting.signal }, 20_000);
  await once(served.server, "request");
  awaiting.abort(new Error("no longer wanted"));
  await assert.rejects(answer, { message: "no longer wanted" });
  const reading = new AbortController();
  const { body } = await client.open({ ...status, path: "/begun", signal: reading.signal }, patient);
  reading.abort(new Error("read enough"));
  await assert.rejects(body.text(), { message: "read enough" });
});

test("over a connection that was verified everything goes, and no other is opened when it is gone", async () => {
  await using served = await serve((_, response) => void response.end("ok"));
  const socket = connect(served.socketPath);
  await once(socket, "connect");
  let connections = 0;
  served.server.on("connection", () => connections++);
  await using client = new HttpClient({ host: "center.example", socket });
  const answers = await Promise.all([client.ask(status, 20_000), client.ask(status, 20_000)]);
  assert.deepEqual(
    answers.map(({ body }) => body),
    ["ok", "ok"],
  );
  socket.destroy();
  await assert.rejects(client.ask(status, 20_000), /closed/);
  assert.equal(connections, 0);
});
