import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { decode, encode } from "dns-packet";
import { askName, isAnswered } from "../../src/doctor/name-question.ts";
import { askedIn } from "../../src/doctor/running-containers.ts";
import { sh } from "../agent/chassis-network.ts";
import { enterPrivateNetwork, startNetwork } from "../agent/private-network.ts";

enterPrivateNetwork();
await sh("ip link set lo up");

test("O03 Docker's note tells whom its resolver asks for a container, and from where", () => {
  const text = "nameserver 127.0.0.11\nsearch example\n\n# Based on host file: '/etc/resolv.conf'\n";
  assert.deepEqual(askedIn(`${text}# ExtServers: [host(10.0.0.2) 192.0.2.1]\n`), [
    { server: "10.0.0.2", isFromHost: true },
    { server: "192.0.2.1", isFromHost: false },
  ]);
  assert.deepEqual(askedIn(`${text}# ExtServers: []\n`), []);
  assert.deepEqual(askedIn(text), [], "older engines tell nothing");
});

test("O03 a name is asked for in the network of a container, and an error is no answer", async () => {
  const network = await startNetwork();
  try {
    const server = createSocket("udp4").bind(53, "127.0.0.1");
    await once(server, "listening");
    server.on("message", (bytes, { port, address }) => {
      const { id, questions = [] } = decode(bytes);
      const name = questions[0]?.name ?? "";
      const isKnown = name === "web";
      const answers = isKnown ? [{ type: "A" as const, name, ttl: 1, data: "10.1.0.2" }] : [];
      server.send(
        encode({ type: "response", id, flags: isKnown ? 0 : 2, questions, answers }),
        port,
        address,
      );
    });
    const ask = (name: string, pid?: number) => askName({ server: "127.0.0.1", name, pid });
    assert.deepEqual(await ask("web"), { rcode: 0, addresses: ["10.1.0.2"] });
    const refused = await ask("other");
    assert.deepEqual([refused, isAnswered(refused)], [{ rcode: 2, addresses: [] }, false]);
    assert.equal(await ask("web", network.pid), undefined, "there nobody serves names");
    server.close();
  } finally {
    network.kill();
  }
});
