import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFile, readFile } from "node:fs/promises";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { ApiClient } from "../../src/api/client.ts";
import type { CertificateFiles } from "../../src/api/connection.ts";
import type { HostStateSource } from "../../src/center/hosts/host-state-source.ts";
import { Admitted, Authority } from "./certificates.ts";
import { engineIdOf, samples } from "./sample-objects.ts";
import { serve } from "./serve.ts";

const overTls = (files: CertificateFiles, admission = new Admitted()) => ({
  listeners: [{ kind: "tls" as const, address: "127.0.0.1", port: 0, admission, ...files }],
});

/** An API that knows one host, and what that host shows. */
async function serveOneHost() {
  await using stack = new AsyncDisposableStack();
  const authority = stack.use(await Authority.create());
  const [admitted, own] = [new Admitted(), await authority.issue("node-1", "/CN=chassis-1")];
  admitted.admit("node-1", own);
  const files = await authority.issue("central", "/CN=central");
  const served = stack.use(await serve({}, overTls(files, admitted)));
  const target = served.targets[1] ?? assert.fail();
  const kept = stack.move();
  return { own, served, target, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

test("A06 a host that shows its certificate does what is its own, reads what all have, and nothing else", async () => {
  await using made = await serveOneHost();
  const { own, served, target } = made;
  await using client = new ApiClient({ target, tls: own });

  assert.deepEqual(await client.registerHost({ host: "node-1" }, { systemId: "chassis-1" }), samples.host);
  assert.deepEqual(served.contexts.at(-1)?.caller, { kind: "host", name: "node-1" });
  assert.equal((await client.status()).version, "0.1.0");

  const key = { host: "node-2", networkId: engineIdOf("1"), endpointId: engineIdOf("2") };
  assert.deepEqual(await client.listNetworks(), [samples.network]);
  assert.deepEqual(await client.showHost({ host: "node-2" }), samples.host);
  const heard = served.contexts.length;
  const message = "the host node-1 may not DELETE /v1/networks/blue";
  await assert.rejects(client.removeNetwork({ reference: "blue" }), { code: "forbidden", message });
  await assert.rejects(client.keepNetwork({ reference: "blue" }), { code: "forbidden" });
  await assert.rejects(client.listTokens(), { code: "forbidden" });
  await assert.rejects(client.createToken({}), { code: "forbidden" });
  await assert.rejects(client.deleteDockerEndpoint(key), { code: "forbidden" });
  await assert.rejects(client.showDockerEndpoint({ ...key, host: "node-1/../node-2" }), {
    code: "forbidden",
  });
  assert.equal(served.contexts.length, heard, "the center heard of what was allowed alone");
});

test("A06 whoever is no host has as many connections as one may have, and hosts have theirs", async () => {
  await using made = await serveOneHost();
  const { own, target } = made;
  await using client = new ApiClient({ target, tls: own });
  await client.status();
  const port = Number(new URL(target).port);
  const open = async () => {
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    await once(socket, "connect");
    return socket;
  };
  const strangers = await Promise.all(Array.from({ length: 64 }, open));
  const oneMore = await open();
  await once(oneMore, "close");
  assert.ok(
    strangers.every(({ readableEnded, destroyed }) => !readableEnded && !destroyed),
    "not because nobody shook hands",
  );
  assert.equal((await client.status()).version, "0.1.0", "a host that is known goes on");
  for (const socket of strangers) socket.destroy();
  await using again = new ApiClient({ target, tls: own });
  for (;;) if ((await again.status().catch(() => undefined)) !== undefined) break;
});

test("A06 without a certificate, with a stranger's, or with one that nobody was admitted with: only joining is possible", async () => {
  await using authority = await Authority.create();
  await using stranger = await Authority.create();
  const files = await authority.issue("central", "/CN=central");
  const admitted = new Admitted();
  await using served = await serve({}, overTls(files, admitted));
  const target = served.targets[1] ?? assert.fail();

  assert.match(
    await askBare(target, "GET /v1/status", files.ca),
    /^HTTP\/1\.1 401 .*this center knows hosts by their certificate; join/s,
  );
  assert.match(await askBare(target, "GET /v1/openapi.json", files.ca), /^HTTP\/1\.1 401 /);
  assert.match(await askBare(target, "GET /v1/nothing", files.ca), /^HTTP\/1\.1 401 /);
  assert.match(await askBare(target, "POST /v1/join", files.ca), /^HTTP\/1\.1 400 /);

  const foreign = await stranger.issue("node-1", "/CN=node-1");
  admitted.admit("node-1", foreign);
  await using client = new ApiClient({ target, tls: { ...foreign, ca: files.ca } });
  await assert.rejects(client.status(), {
    code: "unauthenticated",
    message: /^the certificate was not given by this cluster's authority; join/,
  });
  await using deceived = new ApiClient({ target, tls: foreign });
  await assert.rejects(deceived.status(), { code: "unauthenticated" });
  await using unknown = new ApiClient({ target, tls: await authority.issue("node-2", "/CN=node-2") });
  await assert.rejects(unknown.registerHost({ host: "node-2" }, { systemId: "chassis-2" }), {
    code: "unauthenticated",
    message: /^the cluster has no host with the key of this certificate any more; join/,
  });
  assert.deepEqual(served.contexts, [], "the center heard of nothing");
});

test("A06 who is removed is refused at once: its open connections end, new ones are nobody's", async () => {
  await using authority = await Authority.create();
  const [admitted, own] = [new Admitted(), await authority.issue("node-1", "/CN=chassis-1")];
  const other = await authority.issue("node-2", "/CN=chassis-2");
  admitted.admit("node-1", own);
  admitted.admit("node-2", other);
  const hostStates: HostStateSource = {
    async *follow(_host, _revision, signal) {
      yield { type: "snapshot", revision: "1", items: [] };
      await once(signal, "abort");
    },
  };
  const files = await authority.issue("central", "/CN=central");
  await using served = await serve({ hostStates }, overTls(files, admitted));
  const target = served.targets[1] ?? assert.fail();
  await using removed = new ApiClient({ target, tls: own });
  await using stays = new ApiClient({ target, tls: other });
  const end = new AbortController();
  const streams = [removed, stays].map((client, index) =>
    client.followHostState({ host: `node-${index + 1}` }, { signal: end.signal }),
  );
  for (const stream of streams) assert.equal((await stream.next()).value?.type, "snapshot");
  const [ended, open] = streams.map((stream) => stream.next());
  admitted.remove("node-1");
  await assert.rejects(ended ?? assert.fail(), { code: "unavailable" });
  await assert.rejects(removed.status(), { code: "unauthenticated" });
  await stays.status();
  end.abort();
  await open;
});

test("A06 with a certificate that is not valid any more an admitted host gets a new one, and nothing else", async () => {
  await using authority = await Authority.create();
  const [admitted, own] = [new Admitted(), await authority.issue("node-1", "/CN=chassis-1", -1)];
  admitted.admit("node-1", own);
  await using served = await serve({}, overTls(await authority.issue("central", "/CN=central"), admitted));
  await using client = new ApiClient({ target: served.targets[1] ?? assert.fail(), tls: own });
  await assert.rejects(client.status(), { code: "unauthenticated", message: /not valid any more/ });
  const request = "-----BEGIN CERTIFICATE REQUEST-----";
  await assert.rejects(client.renewCertificate({ host: "node-2" }, { request }), { code: "unauthenticated" });
  await client.renewCertificate({ host: "node-1" }, { request });
  assert.deepEqual(served.contexts.at(-1)?.caller, { kind: "host", name: "node-1", hasExpired: true });
  const renewed = await authority.issue("renewed", "/CN=chassis-1");
  admitted.admit("node-1", renewed);
  await copyFile(renewed.cert, own.cert);
  await copyFile(renewed.key, own.key);
  await client.showHost({ host: "node-1" });
  assert.deepEqual(served.contexts.at(-1)?.caller, { kind: "host", name: "node-1" }, "on another connection");
});

test("a center whose certificate is over by this machine's clock: the clock is named, with its mend", async () => {
  await using authority = await Authority.create();
  await using served = await serve({}, overTls(await authority.issue("central", "/CN=central", -1)));
  const tls = await authority.issue("node-1", "/CN=chassis-1");
  await using client = new ApiClient({ target: served.targets[1] ?? assert.fail(), tls });
  await assert.rejects(client.status(), {
    code: "unauthenticated",
    message:
      /^the certificate of https:\S+ is not valid at .* GMT, which is this machine's time; .*timedatectl set-ntp true/,
  });
});

test("a certificate that was renewed on disk counts for the next connection", async () => {
  await using authority = await Authority.create();
  const admitted = new Admitted();
  await using served = await serve({}, overTls(await authority.issue("central", "/CN=central"), admitted));
  const target = served.targets[1] ?? assert.fail();
  const tls = await authority.issue("node-1", "/CN=node-1");
  const renewed = await authority.issue("node-2", "/CN=node-2");
  admitted.admit("node-2", renewed);
  await using client = new ApiClient({ target, tls });
  await copyFile(renewed.cert, tls.cert);
  await copyFile(renewed.key, tls.key);
  await client.showHost({ host: "node-2" });
  assert.deepEqual(served.contexts.at(-1)?.caller, { kind: "host", name: "node-2" });
});

test("the center's own certificate is renewed for new connections; those that are open go on", async () => {
  await using authority = await Authority.create();
  const files = await authority.issue("central", "/CN=first");
  await using served = await serve({}, overTls(files));
  const target = served.targets[1] ?? assert.fail();
  const names: string[] = [];
  const open = await connected(target, files.ca);
  names.push(String(open.getPeerCertificate().subject.CN));
  const renewed = await authority.issue("renewed", "/CN=second");
  await copyFile(renewed.cert, files.cert);
  await copyFile(renewed.key, files.key);
  served.reloadCertificates();
  const next = await connected(target, files.ca);
  names.push(String(next.getPeerCertificate().subject.CN));
  assert.deepEqual(names, ["first", "second"]);
  open.write("GET /v1/status HTTP/1.1\r\nhost: x\r\n\r\n");
  assert.match(String((await once(open, "data"))[0]), /^HTTP\/1\.1 401 /);
  for (const socket of [open, next]) socket.destroy();
});

async function connected(target: string, ca: string): Promise<TLSSocket> {
  const socket = connectTls({
    host: "127.0.0.1",
    port: Number(new URL(target).port),
    ca: await readFile(ca),
  });
  await once(socket, "secureConnect");
  return socket;
}

/** The answer to a request over a connection that shows no certificate. */
async function askBare(target: string, line: string, ca: string): Promise<string> {
  const socket = await connected(target, ca);
  socket.write(`${line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  return text(socket);
}
