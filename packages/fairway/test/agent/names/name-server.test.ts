import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { decode, encode } from "dns-packet";
import { FrameReader, frame } from "../../../src/agent/names/frames.ts";
import { NameServer } from "../../../src/agent/names/name-server.ts";
import { openUplinkConnections } from "../../../src/agent/names/uplink-sockets.ts";
import { Upstream } from "../../../src/agent/names/upstream.ts";
import { Troubles } from "../../../src/agent/state/troubles.ts";
import type { NameAnswer } from "../../../src/center/schemas/name.ts";
import { ResolvConf } from "../../../src/host/resolv-conf.ts";
import { until } from "../chassis.ts";
import { quiet } from "../stub-center.ts";
import { api, ask, links, netlink, type Question, run, uplinkOf, uplinks } from "./two-uplinks.ts";

const directory = await mkdtemp(join(tmpdir(), "fairway-names-"));
after(() => rm(directory, { recursive: true, force: true }));

test("an uplink on which names cannot be served is one: another is served, and the first as soon as it can be", async () => {
  const taken = await openUplinkConnections(uplinkOf(1, "red"), { address: "169.254.53.53", port: 5453 });
  const troubles = new Troubles(() => undefined);
  const parts = { api, hostName: "h1", netlink, links, troubles, logger: quiet, resolvConf: "/nowhere" };
  await using server = new NameServer(parts);
  server.serve([uplinkOf(1, "red"), uplinkOf(2, "blue")]);
  await until("the other uplink's answer", async () =>
    assert.deepEqual(await ask(uplinks[1], "web"), ["10.1.0.72"]),
  );
  await until("what is told", () =>
    assert.deepEqual(troubles.all, [
      {
        network: "red",
        reason: "names: Names are not served on uplink1: 169.254.53.53:5453 cannot be bound: EADDRINUSE",
      },
    ]),
  );
  taken.close();
  await until("its answer", async () => assert.deepEqual(await ask(uplinks[0], "web"), ["10.1.0.71"]));
  await until("the end of the trouble", () => assert.deepEqual(troubles.all, []));
});

test("M05 equal addresses on two uplinks: each is answered for its own network, over UDP and TCP", async () => {
  const server = new NameServer({
    api,
    hostName: "h1",
    netlink,
    links,
    logger: quiet,
    resolvConf: "/nowhere",
  });
  server.serve([uplinkOf(1, "red"), uplinkOf(2, "blue")]);
  await until("the first answer", async () => assert.deepEqual(await ask(uplinks[0], "web"), ["10.1.0.71"]));
  for (let round = 0; round < 3; round++) {
    const answers = await Promise.all(uplinks.map((uplink) => ask(uplink, "web")));
    assert.deepEqual(answers, [["10.1.0.71"], ["10.1.0.72"]]);
  }
  assert.equal((await ask(uplinks[0], "many")).length, 200, "by TCP, since no datagram has room for it");
  assert.deepEqual(await ask(uplinks[1], "web", "AAAA"), ["ENODATA"]);
  assert.deepEqual(await ask(uplinks[1], "72.0.1.10.in-addr.arpa", "PTR"), ["web.blue"]);
  assert.deepEqual(await ask(uplinks[1], "nosuch"), ["ENOTFOUND"]);

  await run("ip", ["link", "delete", "uplink1"]);
  server.serve([uplinkOf(2, "blue")]);
  assert.deepEqual(await ask(uplinks[1], "web"), ["10.1.0.72"]);
  await server[Symbol.asyncDispose]();
});

test("M05 a container that asks without end for names that nobody answers starves no other one", async () => {
  const held: (() => void)[] = [];
  const slowly = {
    ...api,
    resolveName: (question: Question) =>
      question.name === "slow"
        ? new Promise<NameAnswer>((resolve) => held.push(() => resolve({ known: true, addresses: [] })))
        : api.resolveName(question),
  };
  const parts = { hostName: "h1", netlink, links, logger: quiet, resolvConf: "/nowhere" };
  await using server = new NameServer({ ...parts, api: slowly });
  server.serve([uplinkOf(2, "blue")]);
  await until("the first answer", async () => assert.deepEqual(await ask(uplinks[1], "web"), ["10.1.0.72"]));
  const inside = [`--net=/proc/${uplinks[1]?.pid}/ns/net`];
  await run("nsenter", [...inside, "ip", "address", "add", "10.1.0.3/24", "dev", "eth0"]);
  const questionOf = (name: string) =>
    encode({ type: "query", id: 7, questions: [{ type: "A", name }] }).toString("hex");
  // As fast as they are taken from the socket, or most would be lost on the way.
  const flood = `
    const socket = require("node:dgram").createSocket("udp4").bind(0, "10.1.0.3");
    const question = Buffer.from("${questionOf("slow")}", "hex");
    const send = (left) => {
      if (left === 0) return socket.close();
      for (let each = 0; each < 20; each++) socket.send(question, 5453, "169.254.53.53");
      setTimeout(send, 2, left - 20);
    };
    socket.on("listening", () => send(3000));`;
  const own = `
    const socket = require("node:dgram").createSocket("udp4").bind(0, "10.1.0.3");
    const end = (word) => { console.log(word); process.exit(); };
    socket.on("message", () => end("answered"));
    const question = Buffer.from("${questionOf("web")}", "hex");
    socket.on("listening", () => socket.send(question, 5453, "169.254.53.53"));
    setTimeout(end, 1000, "silence");`;
  await until(
    "its own share to be used up",
    async () => {
      await run("nsenter", [...inside, process.execPath, "-e", flood]);
      const { stdout } = await run("nsenter", [...inside, process.execPath, "-e", own]);
      assert.equal(stdout.trim(), "silence");
    },
    30_000,
  );
  assert.deepEqual(await ask(uplinks[1], "web"), ["10.1.0.72"]);
  for (const release of held) release();
});

test("names are served once an uplink is there, and again once it was made anew", async () => {
  const server = new NameServer({
    api,
    hostName: "h1",
    netlink,
    links,
    logger: quiet,
    resolvConf: "/nowhere",
  });
  server.serve([{ network: "red", device: "uplink7", mark: 0 }]);
  server.serve([uplinkOf(2, "red")]);
  await until("the answer", async () => assert.deepEqual(await ask(uplinks[1], "web"), ["10.1.0.71"]));
  server.serve([uplinkOf(2, "blue")]);
  await until("the other network's", async () =>
    assert.deepEqual(await ask(uplinks[1], "web"), ["10.1.0.72"]),
  );
  await server[Symbol.asyncDispose]();
});

test("what is forwarded goes to the first server of the host's that answers, over UDP and TCP", async () => {
  const answer = (bytes: Buffer) =>
    encode({
      type: "response",
      id: decode(bytes).id ?? 0,
      answers: [{ type: "A", name: "example.org", data: "192.0.2.1" }],
    });
  const datagrams = createSocket("udp4").on("message", (bytes, { port, address }) => {
    datagrams.send(encode({ type: "response", id: (decode(bytes).id ?? 0) ^ 1 }), port, address);
    datagrams.send(answer(bytes), port, address);
  });
  await new Promise<void>((resolve) => datagrams.bind(5353, "127.0.0.2", resolve));
  const streams = createServer((socket) => {
    const reader = new FrameReader();
    socket.on("data", (chunk) => {
      for (const bytes of reader.push(chunk)) socket.write(frame(answer(bytes)));
    });
  }).listen(5353, "127.0.0.2");
  await once(streams, "listening");
  const file = join(directory, "resolv.conf");
  await writeFile(
    file,
    "search lan\nnameserver 169.254.53.53\nnameserver 127.0.0.1\n nameserver\t127.0.0.2 # ours\n",
  );
  const servers = new ResolvConf(file, "169.254.53.53");
  assert.deepEqual(await servers.servers(), ["127.0.0.1", "127.0.0.2"]);
  const upstream = new Upstream({ port: 5353, logger: quiet }).to(() => servers.servers());
  const query = encode({ type: "query", id: 99, questions: [{ type: "A", name: "example.org" }] });
  const asker = { network: "blue", address: "10.1.0.2" };
  for (const transport of ["udp", "tcp"] as const) {
    const reply = await upstream.forward(query, transport, asker);
    assert.ok(Buffer.isBuffer(reply), transport);
    assert.equal(decode(reply).id, 99);
    assert.equal(decode(reply).answers?.length, 1);
  }
  datagrams.close();
  streams.close();
  assert.equal(await upstream.forward(query, "udp", asker), "silence");
  await rm(file);
  assert.equal(await upstream.forward(query, "udp", asker), "nobody");
});
