import assert from "node:assert/strict";
import { test } from "node:test";
import { schema } from "../../src/control/generated/southbound.ts";
import { root, TestCenter } from "../center.ts";

/** What northd and a chassis write for a port. */
async function bind(center: TestCenter, port: string): Promise<void> {
  const datapath = {
    op: "insert",
    table: "Datapath_Binding",
    "uuid-name": "it",
    row: { tunnel_key: 1 },
  } as const;
  const row = { logical_port: port, tunnel_key: 1, up: true, datapath: ["named-uuid", "it"] } as const;
  await center.client.transact(schema.name, [datapath, { op: "insert", table: "Port_Binding", row }]);
}

test("M04 who asks for an endpoint until it is up is answered when its host has told OVN", async () => {
  await using center = await TestCenter.start();
  const web = await center.endpoint("h1", await center.network("h1", "10.1.0.0/24"));
  await center.settled();
  const now = await center.service.endpoints.progress(web.uuid, undefined, root);
  assert.equal(now.stage, "northbound");
  let answered = false;
  const waiting = center.service.endpoints.progress(web.uuid, "up", root).finally(() => {
    answered = true;
  });
  const impatient = await center.service.endpoints.progress(web.uuid, "up", {
    ...root,
    signal: AbortSignal.timeout(50),
  });
  assert.equal(impatient.stage, "northbound");
  assert.equal(answered, false);
  await bind(center, web.uuid);
  assert.equal((await waiting).stage, "up");
  const as = (name: string) => ({ ...root, caller: { kind: "host", name } as const });
  assert.equal((await center.service.endpoints.progress(web.uuid, "up", as("h1"))).stage, "up");
  await assert.rejects(center.service.endpoints.progress(web.uuid, "up", as("h2")), { code: "forbidden" });
});
