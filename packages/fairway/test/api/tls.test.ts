import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFile, readFile } from "node:fs/promises";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import { ApiClient } from "../../src/api/client.ts";
import type { CertificateFiles } from "../../src/api/connection.ts";
import { rows } from "../../src/api/routes/table.ts";
import { Authority } from "./certificates.ts";
import { engineIdOf, samples } from "./sample-service.ts";
import { serve } from "./serve.ts";

const overTls = (files: CertificateFiles) => ({
  listeners: [{ kind: "tls" as const, address: "127.0.0.1", port: 0, ...files }],
});

test("A06 a host that shows its certificate does what is its own, and nothing else", async () => {
  await using authority = await Authority.create();
  const files = await authority.issue("central", "/CN=central");
  await using served = await serve({}, overTls(files));
  const target = served.targets[1] ?? assert.fail();
  await using client = new ApiClient({ target, tls: await authority.issue("node-1", "/CN=node-1") });

  assert.deepEqual(await client.registerHost("node-1", { systemId: "chassis-1" }), samples.host);
  assert.deepEqual(served.contexts.at(-1)?.caller, { kind: "host", name: "node-1" });
  assert.equal((await client.status()).version, "0.1.0");

  const key = { host: "node-2", networkId: engineIdOf("1"), endpointId: engineIdOf("2") };
  const message = "the host node-1 may not GET /v1/networks";
  await assert.rejects(client.listNetworks(), { code: "forbidden", message });
  await assert.rejects(client.showHost("node-2"), { code: "forbidden" });
  await assert.rejects(client.deleteDockerEndpoint(key), { code: "forbidden" });
  await assert.rejects(client.showDockerEndpoint({ ...key, host: "node-1/../node-2" }), {
    code: "forbidden",
  });
  assert.equal(served.contexts.length, 1, "the service heard of what was allowed alone");
});

test("A06 without a certificate, or with a stranger's, no request comes through", async () => {
  await using authority = await Authority.create();
  await using stranger = await Authority.create();
  const files = await authority.issue("central", "/CN=central");
  await using served = await serve({}, overTls(files));
  const target = served.targets[1] ?? assert.fail();

  const bare = connectTls({
    host: "127.0.0.1",
    port: Number(new URL(target).port),
    ca: await readFile(files.ca),
  });
  bare.write("GET /v1/status HTTP/1.1\r\nhost: x\r\n\r\n");
  const [error] = await once(bare.resume(), "error").catch((cause: unknown) => [cause]);
  assert.match(String(error), /certificate required|ECONNRESET/i);

  const foreign = await stranger.issue("node-1", "/CN=node-1");
  await using client = new ApiClient({ target, tls: { ...foreign, ca: files.ca } });
  await assert.rejects(client.status(), { name: "FairwayError" });
  await using deceived = new ApiClient({ target, tls: foreign });
  await assert.rejects(deceived.status(), { code: "unauthenticated" });
  assert.deepEqual(served.log, []);
});

test("a certificate without a name is nobody's", async () => {
  await using authority = await Authority.create();
  await using served = await serve({}, overTls(await authority.issue("central", "/CN=central")));
  const tls = await authority.issue("nobody", "/O=somebody");
  await using client = new ApiClient({ target: served.targets[1] ?? assert.fail(), tls });
  await assert.rejects(client.status(), {
    code: "unauthenticated",
    message: /^the certificate names nobody/,
  });
});

test("a certificate that was renewed on disk counts for the next connection", async () => {
  await using authority = await Authority.create();
  await using served = await serve({}, overTls(await authority.issue("central", "/CN=central")));
  const target = served.targets[1] ?? assert.fail();
  const tls = await authority.issue("node-1", "/CN=node-1");
  const renewed = await authority.issue("node-2", "/CN=node-2");
  await using client = new ApiClient({ target, tls });
  await copyFile(renewed.cert, tls.cert);
  await copyFile(renewed.key, tls.key);
  await client.showHost("node-2");
  assert.deepEqual(served.contexts.at(-1)?.caller, { kind: "host", name: "node-2" });
});

test("every route that names no host is root's, but for status, the document, and how far an endpoint is", async () => {
  const { mayGo } = await import("../../src/api/access.ts");
  const node = { kind: "host" as const, name: "node-1" };
  const open = rows
    .filter(({ method, url }) => mayGo(node, { method, url, host: undefined }))
    .map(({ url }) => url);
  assert.deepEqual(open, ["/v1/status", "/v1/endpoints/:reference/progress", "/v1/openapi.json"]);
  assert.ok(rows.every(({ method, url }) => mayGo({ kind: "root" }, { method, url, host: undefined })));
  const own = rows.filter(({ url }) => url.startsWith("/v1/hosts/:host"));
  assert.ok(own.every(({ method, url }) => mayGo(node, { method, url, host: "node-1" })));
  assert.ok(own.every(({ method, url }) => !mayGo(node, { method, url, host: "node-11" })));
});
