import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { after, test } from "node:test";
import { Conntrack, type Flow } from "../../../src/agent/firewall/conntrack.ts";
import { Netlink } from "../../../src/host/netlink/netlink.ts";
import { run } from "../../../src/host/program.ts";
import { enterPrivateNetwork } from "../private-network.ts";

enterPrivateNetwork();
const netlink = new Netlink("netfilter");
after(() => netlink[Symbol.dispose]());
const conntrack = new Conntrack(netlink);

/** Marks, zones and translates as our own table does: by the kernel, for whoever sends to these ports. */
const rules = `
table inet test {
  chain one { type filter hook output priority -300; udp sport 5001 ct original zone set 64001; }
  chain two { type filter hook output priority -150; udp dport 7001 ct state new ct mark set 64002; }
  chain three { type nat hook output priority -100;
    udp dport 7001 dnat ip to 127.0.0.1:7002
    ip6 daddr ::1 udp dport 7003 dnat ip6 to [::1]:7004; }
}`;

async function program(name: string, words: readonly string[], input = ""): Promise<void> {
  const { code, stderr } = await run(name, words, { input });
  assert.equal(code, 0, stderr);
}

async function bound(type: "udp4" | "udp6", port: number): Promise<Socket> {
  const socket = createSocket(type).bind(port, type === "udp4" ? "127.0.0.1" : "::1");
  await once(socket, "listening");
  return socket;
}

test("N15 flows are listed with addresses, ports, zone, mark and where they are answered from, and each is removed alone", async () => {
  await program("ip", ["link", "set", "lo", "up"]);
  await program("nft", ["-f", "-"], rules);
  const sockets = [
    await bound("udp4", 5001),
    await bound("udp4", 5002),
    await bound("udp6", 5003),
    await bound("udp4", 7002),
    await bound("udp6", 7004),
  ];
  const [one, two, three] = sockets;
  try {
    one?.send("x", 7000, "127.0.0.1");
    two?.send("x", 7001, "127.0.0.1");
    await once(sockets[3] ?? assert.fail(), "message");
    three?.send("x", 7003, "::1");
    await once(sockets[4] ?? assert.fail(), "message");

    const all = async () => [
      ...(await conntrack.list(4, () => true)),
      ...(await conntrack.list(6, () => true)),
    ];
    const ofPort = async (port: number): Promise<Flow> =>
      (await all()).find(({ source }) => source.port === port) ?? assert.fail(`no flow from port ${port}`);
    const seen = async (port: number) => {
      const { handle: _, ...flow } = await ofPort(port);
      return flow;
    };
    const local = (port: number) => ({ address: "127.0.0.1", port });
    const local6 = (port: number) => ({ address: "::1", port });
    const plain = { family: 4 as const, protocol: 17, zone: 0, mark: 0, isDestinationTranslated: false };
    assert.deepEqual(await seen(5001), {
      ...plain,
      zone: 64_001,
      source: local(5001),
      destination: local(7000),
      answeredBy: local(7000),
    });
    assert.deepEqual(await seen(5002), {
      ...plain,
      mark: 64_002,
      isDestinationTranslated: true,
      source: local(5002),
      destination: local(7001),
      answeredBy: local(7002),
    });
    assert.deepEqual(await seen(5003), {
      ...plain,
      family: 6,
      isDestinationTranslated: true,
      source: local6(5003),
      destination: local6(7003),
      answeredBy: local6(7004),
    });
    assert.deepEqual(
      (await conntrack.list(4, ({ mark }) => mark === 64_002)).map(({ source }) => source.port),
      [5002],
    );

    const gone = [await ofPort(5001), await ofPort(5003)];
    await conntrack.remove(gone);
    const left = (await all()).map(({ source }) => source.port);
    assert.ok(left.includes(5002) && !left.includes(5001) && !left.includes(5003), left.join());
    // Removing what has ended is nobody's error.
    await conntrack.remove(gone);
  } finally {
    for (const socket of sockets) socket.close();
  }
});
