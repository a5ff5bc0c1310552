import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { decode, encode } from "dns-packet";
import { Links } from "../../../src/agent/links.ts";
import { FrameReader, frame } from "../../../src/agent/names/frames.ts";
import { openLegConnections } from "../../../src/agent/names/leg-sockets.ts";
import { NameServer } from "../../../src/agent/names/name-server.ts";
import { ResolvConf } from "../../../src/agent/names/resolv-conf.ts";
import { Upstream } from "../../../src/agent/names/upstream.ts";
import { Netlink } from "../../../src/agent/netlink.ts";
import { Troubles } from "../../../src/agent/troubles.ts";
import type { Asker, NameAnswer } from "../../../src/api/types.ts";
import { until } from "../chassis.ts";
import { enterPrivateNetwork } from "../private-network.ts";
import { quiet } from "../stub-center.ts";

enterPrivateNetwork();
const run = promisify(execFile);
const directory = await mkdtemp(join(tmpdir(), "fairway-names-"));
const children: ChildProcess[] = [];
after(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(directory, { recursive: true, force: true });
});

/** Two "containers" of equal address, each behind a leg of its own, with a routing table for each mark. */
async function makeLegs(): Promise<readonly ChildProcess[]> {
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
        `leg${mark}`,
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        `${pid}`,
      ]);
      await run("ip", ["address", "add", "169.254.77.2/30", "dev", `leg${mark}`]);
      await run("ip", ["link", "set", `leg${mark}`, "up"]);
      await inside("address", "add", "10.1.0.2/24", "dev", "eth0");
      await inside("link", "set", "eth0", "up");
      await inside("route", "add", "default", "via", "169.254.77.2", "dev", "eth0", "onlink");
      await run("ip", ["route", "add", "10.1.0.0/24", "dev", `leg${mark}`, "table", `${100 + mark}`]);
      await run("ip", ["rule", "add", "fwmark", `${mark}`, "lookup", `${100 + mark}`]);
      return container;
    }),
  );
}

/** Asks from within, by a program that knows nothing of Fairway. */
async function ask(container: ChildProcess | undefined, name: string, type = "A"): Promise<string[]> {
  const script = `
    const { Resolver } = require("node:dns/promises");
    const resolver = new Resolver({ timeout: 2000, tries: 2 });
    resolver.setServers(["169.254.53.53:5453"]);
    resolver.resolve(${JSON.stringify(name)}, "${type}").then(
      (answer) => console.log(answer.sort().join(" ")),
      (error) => console.log(error.code),
    );`;
  const words = [`--net=/proc/${container?.pid}/ns/net`, process.execPath, "-e", script];
  return (await run("nsenter", words)).stdout.trim().split(" ");
}

const legs = await makeLegs();
const netlink = new Netlink();
after(() => netlink[Symbol.dispose]());
const links = new Links(netlink);
const legOf = (mark: number, network: string) => ({ network, device: `leg${mark}`, mark });

/** Each network has a `web` of its own, and one of them a name that so many bear that they fit no datagram. */
const api = {
  resolveName: async ({ network }: Asker, name: string): Promise<NameAnswer> => {
    if (name === "web") return { known: true, addresses: [network === "red" ? "10.1.0.71" : "10.1.0.72"] };
    if (name !== "many") return { known: false, addresses: [] };
    return { known: true, addresses: Array.from({ length: 200 }, (_, at) => `10.1.0.${at + 1}`) };
  },
  whoHasAddress: async () => ({ known: true, names: ["web.blue"] }),
};

test("a leg on which names cannot be served is one: another is served, and the first as soon as it can be", async () => {
  const taken = await openLegConnections(legOf(1, "red"), { address: "169.254.53.53", port: 5453 });
  const troubles = new Troubles(() => undefined);
  const parts = { api, hostName: "h1", netlink, links, troubles, logger: quiet, resolvConf: "/nowhere" };
  await using server = new NameServer(parts);
  server.serve([legOf(1, "red"), legOf(2, "blue")]);
  await until("the other leg's answer", async () =>
    assert.deepEqual(await ask(legs[1], "web"), ["10.1.0.72"]),
  );
  await until("what is told", () =>
    assert.deepEqual(troubles.all, [
      {
        network: "red",
        reason: "names: Names are not served on leg1: 169.254.53.53:5453 cannot be bound: EADDRINUSE",
      },
    ]),
  );
  taken.close();
  await until("its answer", async () => assert.deepEqual(await ask(legs[0], "web"), ["10.1.0.71"]));
  await until("the end of the trouble", () => assert.deepEqual(troubles.all, []));
});

test("M05 equal addresses on two legs: each is answered for its own network, over UDP and TCP", async () => {
  const server = new NameServer({
    api,
    hostName: "h1",
    netlink,
    links,
    logger: quiet,
    resolvConf: "/nowhere",
  });
  server.serve([legOf(1, "red"), legOf(2, "blue")]);
  await until("the first answer", async () => assert.deepEqual(await ask(legs[0], "web"), ["10.1.0.71"]));
  for (let round = 0; round < 3; round++) {
    const answers = await Promise.all(legs.map((leg) => ask(leg, "web")));
    assert.deepEqual(answers, [["10.1.0.71"], ["10.1.0.72"]]);
  }
  assert.equal((await ask(legs[0], "many")).length, 200, "by TCP, since no datagram has room for it");
  assert.deepEqual(await ask(legs[1], "web", "AAAA"), ["ENODATA"]);
  assert.deepEqual(await ask(legs[1], "72.0.1.10.in-addr.arpa", "PTR"), ["web.blue"]);
  assert.deepEqual(await ask(legs[1], "nosuch"), ["ENOTFOUND"]);

  await run("ip", ["link", "delete", "leg1"]);
  server.serve([legOf(2, "blue")]);
  assert.deepEqual(await ask(legs[1], "web"), ["10.1.0.72"]);
  await server[Symbol.asyncDispose]();
});

test("M05 a container that asks without end for names that nobody answers starves no other one", async () => {
  const held: (() => void)[] = [];
  const slowly = {
    ...api,
    resolveName: (asker: Asker, name: string) =>
      name === "slow"
        ? new Promise<NameAnswer>((resolve) => held.push(() => resolve({ known: true, addresses: [] })))
        : api.resolveName(asker, name),
  };
  const parts = { hostName: "h1", netlink, links, logger: quiet, resolvConf: "/nowhere" };
  await using server = new NameServer({ ...parts, api: slowly });
  server.serve([legOf(2, "blue")]);
  await until("the first answer", async () => assert.deepEqual(await ask(legs[1], "web"), ["10.1.0.72"]));
  const inside = [`--net=/proc/${legs[1]?.pid}/ns/net`];
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
  await run("nsenter", [...inside, process.execPath, "-e", flood]);
  assert.deepEqual(await ask(legs[1], "web"), ["10.1.0.72"]);
  for (const release of held) release();
});

test("names are served once a leg is there, and again once it was made anew", async () => {
  const server = new NameServer({
    api,
    hostName: "h1",
    netlink,
    links,
    logger: quiet,
    resolvConf: "/nowhere",
  });
  server.serve([{ network: "red", device: "leg7", mark: 0 }]);
  server.serve([legOf(2, "red")]);
  await until("the answer", async () => assert.deepEqual(await ask(legs[1], "web"), ["10.1.0.71"]));
  server.serve([legOf(2, "blue")]);
  await until("the other network's", async () => assert.deepEqual(await ask(legs[1], "web"), ["10.1.0.72"]));
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
  const upstream = new Upstream({ servers, port: 5353, logger: quiet });
  const query = encode({ type: "query", id: 99, questions: [{ type: "A", name: "example.org" }] });
  for (const transport of ["udp", "tcp"] as const) {
    const reply = await upstream.forward(query, transport);
    assert.ok(Buffer.isBuffer(reply), transport);
    assert.equal(decode(reply).id, 99);
    assert.equal(decode(reply).answers?.length, 1);
  }
  datagrams.close();
  streams.close();
  assert.equal(await upstream.forward(query, "udp"), "silence");
  await rm(file);
  assert.equal(await upstream.forward(query, "udp"), "nobody");
});
