import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiClient } from "../../src/api/client.ts";
import type { PrincipalCaller } from "../../src/center/context.ts";
import { Admitted, Authority } from "../api/certificates.ts";
import { serve } from "../api/serve.ts";
import { callAll, recordCallbacks } from "./recorder.ts";
import { callbackSources } from "./sources.ts";

const fatal: unknown[] = [];
for (const event of ["uncaughtException", "unhandledRejection"])
  process.on(event, (error) => fatal.push(error));

/** An intent that cannot be asked at the moment. */
class Unsettled extends Admitted {
  isBroken = false;
  override hostWithKey(fingerprint: string): string | undefined {
    if (this.isBroken) throw new Error("nothing is known");
    return super.hostWithKey(fingerprint);
  }
}

test("A06 a connection whose caller cannot be told ends, and no other, nor the center", async () => {
  await using authority = await Authority.create();
  const [admission, own] = [new Unsettled(), await authority.issue("node-1", "/CN=chassis-1")];
  admission.admit("node-1", own);
  const files = await authority.issue("central", "/CN=central");
  const listener = { kind: "tls" as const, address: "127.0.0.1", port: 0, admission, ...files };
  await using served = await serve({}, { listeners: [listener] });
  const target = served.targets[1] ?? assert.fail();
  await using before = new ApiClient({ target, tls: own });
  await before.status();
  admission.isBroken = true;
  await using broken = new ApiClient({ target, tls: own });
  await assert.rejects(broken.status(), { code: "unavailable" });
  assert.equal((await before.status()).version, "0.1.0");
  assert.ok(served.log.some(({ level, what }) => level === "error" && what === "take a connection"));
  admission.isBroken = false;
  await using after = new ApiClient({ target, tls: own });
  assert.equal((await after.status()).version, "0.1.0");
  assert.deepEqual(fatal, []);
});

test("no callback that the API gives away ends the process, whatever it is called with, and when", async () => {
  const recorded = recordCallbacks();
  await using authority = await Authority.create();
  const [admission, own] = [new Admitted(), await authority.issue("node-1", "/CN=chassis-1")];
  admission.admit("node-1", own);
  const files = await authority.issue("central", "/CN=central");
  const listener = { kind: "tls" as const, address: "127.0.0.1", port: 0, admission, ...files };
  const hostStates = {
    async *follow() {
      yield { type: "heartbeat" as const, revision: "1" };
    },
  };
  const principals = {
    authenticate: () =>
      ({ kind: "principal", name: "ci", role: "viewer", organization: null }) satisfies PrincipalCaller,
  };
  const served = await serve({ hostStates, principals }, { listeners: [listener] });
  const walk = () => callAll(recorded, fatal);
  const target = served.targets[1] ?? assert.fail();
  const { signal } = new AbortController();
  {
    await using client = new ApiClient({ target, tls: own });
    await client.registerHost({ host: "node-1" }, { systemId: "chassis-1" }, { signal });
    await served.send({ path: "/v1/networks", headers: { authorization: "Bearer token" } });
    for await (const _ of client.followHostState({ host: "node-1" }, { signal })) break;
  }
  await walk();
  await using again = new ApiClient({ target, tls: own });
  assert.equal((await again.status()).version, "0.1.0");
  await served[Symbol.asyncDispose]();
  const places = new Set(recorded.map(({ place }) => place));
  const expected = callbackSources().flatMap(({ file, line }) =>
    file.startsWith("api/") ? `${file}:${line}` : [],
  );
  assert.deepEqual(
    expected.filter((each) => !places.has(each)),
    [],
  );
  await walk();
});
