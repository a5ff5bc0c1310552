import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { OvsdbClient, operationsFor } from "@fairway/ovsdb";
import { TestServer } from "../../../ovsdb/test/server.ts";
import { schema, type Tables } from "../../src/control/generated/southbound.ts";
import { ovnTrace } from "../../src/host/ovn-trace/ovn-trace.ts";
import { relayWithout } from "../../src/host/ovn-trace/relay.ts";

const signal = new AbortController().signal;
const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith("fairway-trace-"));

test("O04 OVN's program reads the Southbound by a socket of its own, which is gone afterwards", async () => {
  await using server = await TestServer.start(["/usr/share/ovn/ovn-sb.ovsschema"]);
  const before = leftovers();
  assert.match(await ovnTrace(server.remote, 'inport == "nobody"', signal), /unknown port "nobody"/);
  await assert.rejects(ovnTrace("ssl:192.0.2.1:6642", "ip4", signal), { code: "unsupported" });
  assert.deepEqual(leftovers(), before);
});

test("O04 a Southbound that is not there is an error that names it; with one that is silent whoever asks may end the wait", async () => {
  const dead = {
    code: "unavailable",
    message: /Southbound cannot be read: .*unix:\/nowhere\/at\/all: database/,
  };
  await assert.rejects(ovnTrace("unix:/nowhere/at/all", "ip4", signal), dead);
  await using silent = createServer((socket) => void socket.on("error", () => undefined).resume()).listen(
    0,
    "127.0.0.1",
  );
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  const ends = AbortSignal.timeout(300);
  await assert.rejects(ovnTrace(`tcp:127.0.0.1:${port}`, "ip4", ends), { name: "TimeoutError" });
});

test("O04 a program sees the database without the column, and all else", async () => {
  await using server = await TestServer.start(["/usr/share/ovn/ovn-sb.ovsschema"]);
  await using direct = new OvsdbClient({ remotes: [server.remote] });
  const op = operationsFor<Tables>(schema);
  await direct.transact(schema.name, [
    { op: "insert", table: "Datapath_Binding", "uuid-name": "it", row: { tunnel_key: 1 } },
    {
      op: "insert",
      table: "Port_Binding",
      row: {
        logical_port: "web",
        tunnel_key: 1,
        port_security: "0a:00:00:00:00:01",
        datapath: ["named-uuid", "it"],
      },
    },
  ]);
  const path = server.path("relay");
  await using _ = await relayWithout({ table: "Port_Binding", column: "port_security" }, server.remote, path);
  await using client = new OvsdbClient({ remotes: [`unix:${path}`] });
  const columns = ["logical_port", "port_security"];
  const answer = await client.request("monitor", [schema.name, "it", { Port_Binding: [{ columns }] }]);
  assert.match(JSON.stringify(answer), /"logical_port":"web"/);
  assert.doesNotMatch(JSON.stringify(answer), /port_security/);
  const rows = await client.transact(schema.name, [op.select("Port_Binding", [], ["port_security"])]);
  assert.match(JSON.stringify(rows), /0a:00:00:00:00:01/, "what is no monitor goes through as it is");
});
