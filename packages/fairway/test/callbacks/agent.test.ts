import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { v7 } from "uuid";
import { LanForwarder } from "../../src/agent/names/lan-forwarder.ts";
import { ovnReaches } from "../../src/agent/names/ovn-sequence.ts";
import { Upstream } from "../../src/agent/names/upstream.ts";
import { Links } from "../../src/agent/ports/links.ts";
import { Ports } from "../../src/agent/ports/ports.ts";
import { silentOf } from "../../src/agent/provider-bridges/nic-witnesses.ts";
import { Netlink } from "../../src/host/netlink/netlink.ts";
import { openOpenVSwitch } from "../../src/host/open-vswitch/open-vswitch.ts";
import type { Logger } from "../../src/logger.ts";
import { startChassis, until } from "../agent/chassis.ts";
import { dormantNetworkItem, makeNetwork, sh } from "../agent/chassis-network.ts";
import { enterPrivateNetwork } from "../agent/private-network.ts";
import { startAgentOn } from "../agent/start-agent.ts";
import { StubCenter } from "../agent/stub-center.ts";
import { callAll, recordCallbacks } from "./recorder.ts";
import { callbackSources } from "./sources.ts";

enterPrivateNetwork();
const fatal: unknown[] = [];
for (const event of ["uncaughtException", "unhandledRejection"])
  process.on(event, (error) => fatal.push(error));
const errors: { readonly what?: string }[] = [];
const nothing = () => undefined;
const logger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: (fields) => void errors.push(fields),
  child: () => logger,
};
const directory = await mkdtemp(join(tmpdir(), "fairway-callbacks-"));
const chassis = await startChassis();
const recorded = recordCallbacks();
const center = new StubCenter();
const stateFile = join(directory, "host-state.json");
const agent = startAgentOn(chassis, center, { logger, stateFile });
after(async () => {
  await agent[Symbol.asyncDispose]();
  await chassis[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});
await sh("ip link set lo up; ip address add 192.0.2.1/32 dev lo");

test("no callback that this host's agent gives away ends the process, whatever it is called with, and when", async (t) => {
  const blue = await makeNetwork({ chassis, agent });
  const far = dormantNetworkItem("169.254.80.2/20", "10.77.0.0/24");
  center.webs.set(blue.network, "10.1.0.77");
  center.set([...blue.items, far]);
  await agent.uplinkReady(blue.network, AbortSignal.timeout(15_000));
  // Published ports, and who comes to their sockets.
  const wish = { port: 80, hostAddress: null, firstHostPort: 8080, lastHostPort: 8080 };
  await agent.publish({ ...blue, addresses: ["10.1.0.10"] }, [
    { ...wish, protocol: "tcp" },
    { ...wish, protocol: "udp" },
  ]);
  const client = createSocket("udp6");
  client.send("hello", 8080, "::1");
  const connection = connect(8080, "::1").on("error", nothing);
  t.after(() => {
    client.close();
    connection.destroy();
  });
  // Names: who asks by a connection, and servers that are asked.
  await until("a connection for names", () => blue.enter("socat -T 1 - TCP4:169.254.53.53:53 </dev/null"));
  // Whom a host asks before it gives its interface away.
  using netlink = new Netlink();
  const loopback = (await new Links(netlink).find("lo")) ?? assert.fail("no loopback");
  assert.equal(await silentOf(loopback, { gateways: [], center: "127.0.0.1:9" }), "center 127.0.0.1:9");
  // A port that waits to be installed: the others may be by the time they are asked about.
  await using openVSwitch = openOpenVSwitch(chassis.openvswitchSocket, logger);
  await openVSwitch.replica.synced(AbortSignal.timeout(15_000));
  await assert.rejects(new Ports(openVSwitch, "br-int").installed(v7(), AbortSignal.timeout(100)));
  // A change that OVN on this host has not come to.
  assert.equal(await ovnReaches(openVSwitch.replica, "br-int", 1_000_000, AbortSignal.timeout(100)), false);
  const upstream = new Upstream({ attemptMs: 50, port: 5353, logger }).to(async () => ["127.0.0.1"]);
  const asker = { network: "blue", address: "10.1.0.10" };
  for (const transport of ["udp", "tcp"] as const) await upstream.forward(Buffer.alloc(20), transport, asker);
  const echo = createSocket("udp4").bind(53, "127.0.0.9");
  echo.on("message", (bytes, { address, port }) => echo.send(bytes, port, address));
  const lan = { servers: ["127.0.0.9"], open: async () => createSocket("udp4").bind(0) };
  const lanFirst = new LanForwarder({ lanOf: () => lan, otherwise: upstream, logger });
  await lanFirst.forward(Buffer.alloc(20), "udp", asker);
  echo.close();
  const places = () => new Set(recorded.map(({ place }) => place));
  const expected = callbackSources().flatMap(({ file, line }) =>
    file.startsWith("agent/") ? `${file}:${line}` : [],
  );
  await until("all callbacks", () =>
    assert.deepEqual(
      expected.filter((each) => !places().has(each)),
      [],
    ),
  );

  const walk = () => callAll(recorded, fatal);
  await walk();
  assert.ok(
    errors.some(({ what }) => what === "follow Open vSwitch"),
    "it was tried in earnest",
  );
  await until("the way out after it", () => blue.enter("ping -c 1 -W 1 192.0.2.1"));
  await agent[Symbol.asyncDispose]();
  await walk();
});
