import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { v7 } from "uuid";
import { Publications } from "../../../src/agent/firewall/publications.ts";
import type { PortWish } from "../../../src/agent/published-ports/choice.ts";
import { PublishedPorts } from "../../../src/agent/published-ports/published-ports.ts";
import { relayOpener } from "../../../src/agent/published-ports/relay.ts";
import { Troubles } from "../../../src/agent/state/troubles.ts";
import type { PublishedPort, ReachedPort } from "../../../src/center/schemas/endpoint.ts";
import type { HostItem } from "../../../src/center/schemas/host-state.ts";
import { Netlink } from "../../../src/host/netlink/netlink.ts";
import { enterPrivateNetwork } from "../private-network.ts";
import { quiet } from "../stub-center.ts";

enterPrivateNetwork();
// Without any address the kernel takes every address for its own.
await promisify(execFile)("ip", ["link", "set", "lo", "up"]);

const netlink = new Netlink();
after(() => netlink[Symbol.dispose]());

function publishedPorts() {
  const publications = new Publications();
  let writes = 0;
  let told: ReadonlyMap<string, string | null> = new Map();
  const ports = new PublishedPorts({
    publications,
    rules: {
      publish: async () => {
        writes++;
        return new Map();
      },
    },
    troubles: new Troubles(() => undefined),
    openRelay: relayOpener(netlink, quiet),
    tell: (now) => {
      told = now;
    },
    nameOf: async (network, address) => ({
      container: `web-at-${address}`,
      network: `net-${network.slice(0, 4)}`,
    }),
    logger: quiet,
  });
  return { ports, publications, writes: () => writes, told: () => told };
}

const endpointOf = () => ({ endpoint: v7(), network: v7(), addresses: ["10.1.0.2"] });
const wishOf = (wish: Partial<PortWish> = {}): PortWish => {
  const firstHostPort = wish.firstHostPort ?? 8080;
  const base = { protocol: "tcp", port: 80, hostAddress: null } as const;
  return { ...base, firstHostPort, lastHostPort: firstHostPort, ...wish };
};

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

test("N02 a published port is held in both families until it is revoked; all of a wish or nothing", async () => {
  const { ports, publications, writes } = publishedPorts();
  const [web, db] = [endpointOf(), endpointOf()];
  const [port] = await ports.publish(web, [wishOf()]);
  assert.deepEqual(port, { protocol: "tcp", port: 80, hostAddress: null, hostPort: 8080 });
  assert.equal(await isFree(8080), false);
  await assert.rejects(ports.publish(db, [wishOf({ firstHostPort: 9090 }), wishOf()]), {
    code: "conflict",
    message: `Port 8080/tcp of this host is in use by container web-at-10.1.0.2 on network net-${web.network.slice(0, 4)}; publish another one`,
  });
  assert.equal(await isFree(9090), true);
  assert.equal(publications.all.length, 1);
  assert.equal(await ports.revoke(web.endpoint), true);
  assert.equal(await ports.revoke(web.endpoint), false);
  assert.equal(await isFree(8080), true);
  assert.equal(writes(), 2);
});

test("N02 a port that a container publishes twice is refused, as Docker's bridge does, and is free afterwards", async () => {
  const { ports, publications } = publishedPorts();
  const web = endpointOf();
  await assert.rejects(ports.publish(web, [wishOf(), wishOf()]), {
    code: "conflict",
    message:
      "Port 8080/tcp of this host is in use by this very container, which asks for it twice; publish another one",
  });
  assert.equal(await isFree(8080), true);
  assert.deepEqual(publications.all, []);
});

test("N02 whoever has a port is named", async () => {
  const { ports } = publishedPorts();
  const server = createServer().listen(2222, "127.0.0.1");
  await once(server, "listening");
  const udp = createSocket("udp4").bind(5353);
  await once(udp, "listening");
  const me = new RegExp(`in use by \\S+ \\(process ${process.pid}\\); publish another one$`);
  await assert.rejects(ports.publish(endpointOf(), [wishOf({ firstHostPort: 2222 })]), me);
  await assert.rejects(ports.publish(endpointOf(), [wishOf({ protocol: "udp", firstHostPort: 5353 })]), me);
  server.close();
  udp.close();
});

test("N02 of a range the first free port is taken, of none any", async () => {
  const { ports } = publishedPorts();
  const range = wishOf({ firstHostPort: 9000, lastHostPort: 9001 });
  const first = await ports.publish(endpointOf(), [range]);
  const second = await ports.publish(endpointOf(), [range]);
  assert.deepEqual([first[0]?.hostPort, second[0]?.hostPort], [9000, 9001]);
  await assert.rejects(ports.publish(endpointOf(), [range]), /from 9000 to 9001\/tcp of this host is in use/);
  const any = await ports.publish(endpointOf(), [
    wishOf({ firstHostPort: 0 }),
    wishOf({ firstHostPort: 0, protocol: "udp" }),
  ]);
  assert.ok(any.every(({ hostPort }) => hostPort >= 1024));
  await ports[Symbol.asyncDispose]();
});

test("N02 an address that is not this host's is an error that names it", async () => {
  const { ports } = publishedPorts();
  const wish = wishOf({ hostAddress: "192.0.2.99" });
  await assert.rejects(ports.publish(endpointOf(), [wish]), {
    code: "invalid",
    message: /no address 192\.0\.2\.99/,
  });
});

test("a connection that no rule led on is ended, not led in a circle", async () => {
  const { ports } = publishedPorts();
  await ports.publish(endpointOf(), [wishOf()]);
  const connection = connect(8080, "127.0.0.1");
  await once(connection.resume(), "close");
  await ports[Symbol.asyncDispose]();
});

test("X01 what the host's state has is published again, and ends with it; what the engine revoked is not", async () => {
  const { ports } = publishedPorts();
  const port: PublishedPort = { protocol: "tcp", port: 80, hostAddress: null, hostPort: 8080 };
  const item = (of: ReturnType<typeof endpointOf>): HostItem => ({
    key: `published/${of.endpoint}`,
    kind: "published",
    ...of,
    ports: [port],
  });
  const web = endpointOf();
  const items = new Map([["web", item(web)]]);
  await ports.reconcile(items, true);
  assert.equal(await isFree(8080), false);
  await ports.revoke(web.endpoint);
  await ports.reconcile(items, true);
  assert.equal(await isFree(8080), true, "the center does not know yet that the engine revoked it");
  await ports.reconcile(new Map(), true);
  await ports.reconcile(items, true);
  await ports.reconcile(new Map(), false);
  assert.equal(await isFree(8080), false, "the center is away");
  await ports.reconcile(new Map(), true);
  assert.equal(await isFree(8080), true);
});

test("N12 who may reach a port is taken over from the host's state, and kept where that does not know the port yet", async () => {
  const { ports, publications } = publishedPorts();
  const web = endpointOf();
  const from = ["10.0.0.0/8"];
  const [port] = await ports.publish(web, [wishOf({ from }), wishOf({ firstHostPort: 8081, port: 81 })]);
  assert.deepEqual(port?.from, from);
  const item = (told: ReachedPort[]): HostItem => ({
    key: `published/${web.endpoint}`,
    kind: "published",
    ...web,
    ports: told,
  });
  const seen = () => publications.all.map((each) => each.from);
  await ports.reconcile(new Map([["web", item([])]]), true);
  assert.deepEqual(seen(), [from, undefined], "its place is not told");
  const { from: _, ...open } = port;
  await ports.reconcile(new Map([["web", item([{ ...open, from: [] }])]]), true);
  assert.deepEqual(seen(), [[], undefined]);
  await ports.reconcile(new Map([["web", item([open])]]), true);
  assert.deepEqual(seen(), [undefined, undefined]);
  assert.equal(await isFree(8080), false, "it is held all the time");
  await ports[Symbol.asyncDispose]();
});

test("N12 a port that is published again after a restart is as much restricted as before", async () => {
  const { ports, publications } = publishedPorts();
  const web = endpointOf();
  const port = {
    protocol: "tcp",
    port: 80,
    hostAddress: null,
    hostPort: 8080,
    from: ["10.0.0.0/8"],
  } as const;
  const item = {
    key: `published/${web.endpoint}`,
    kind: "published",
    ...web,
    ports: [{ ...port, from: [...port.from] }],
  };
  await ports.reconcile(new Map([["web", item as HostItem]]), true);
  assert.deepEqual(
    publications.all.map((each) => each.from),
    [port.from],
  );
  await ports[Symbol.asyncDispose]();
});

test("N14 what a person publishes is held beside what the engine asks for, told, and ends by itself", async () => {
  const { ports, publications, told } = publishedPorts();
  const web = endpointOf();
  const publication = v7();
  const besides = (hostPort: number): HostItem => ({
    key: `published/${publication}`,
    kind: "published",
    publication,
    ...web,
    ports: [{ protocol: "tcp", port: 81, hostAddress: null, hostPort }],
  });
  await ports.publish(web, [wishOf()]);
  await ports.reconcile(new Map([["besides", besides(8081)]]), true);
  assert.deepEqual([...told()], [[publication, null]]);
  assert.equal(await isFree(8081), false);
  await ports.publish(web, [wishOf()]);
  await ports.revoke(web.endpoint);
  assert.equal(await isFree(8081), false, "the engine has no say");
  assert.deepEqual(
    publications.all.map(({ id, hostPort }) => [id, hostPort]),
    [[publication, 8081]],
  );
  await assert.rejects(ports.publish(endpointOf(), [wishOf({ firstHostPort: 8081 })]), {
    message: `Port 8081/tcp of this host is in use by container web-at-10.1.0.2 on network net-${web.network.slice(0, 4)}; publish another one`,
  });
  await ports.reconcile(new Map(), true);
  assert.deepEqual([...told()], []);
  assert.equal(await isFree(8081), true);
  const server = createServer().listen(8081, "127.0.0.1");
  await once(server, "listening");
  await ports.reconcile(new Map([["besides", besides(8081)]]), true);
  assert.match(
    told().get(publication) ?? "",
    /^Port 8081\/tcp of this host is in use by \S+ \(process \d+\)/,
  );
  server.close();
  await ports[Symbol.asyncDispose]();
});
