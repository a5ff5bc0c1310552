import assert from "node:assert/strict";
import { createPublicKey, X509Certificate } from "node:crypto";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Authority, readRequest } from "../../src/cluster/authority.ts";
import { hasAuthorities } from "../../src/cluster/authority-files.ts";
import { ensureKey, requestCertificate } from "../../src/cluster/key-pair.ts";

test("an authority is made once, is root's alone, and certifies what it is told to", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairway-authority-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true }));
  const state = join(directory, "state");
  assert.equal(hasAuthorities(state), false);
  const authority = await Authority.ensure(state, "hosts");
  assert.equal((await Authority.ensure(state, "hosts")).pem, authority.pem);
  assert.notEqual((await Authority.ensure(state, "centrals")).fingerprint, authority.fingerprint);
  assert.equal(hasAuthorities(state), true);
  for (const name of await readdir(state)) assert.equal((await stat(join(state, name))).mode & 0o777, 0o600);
  assert.equal((await stat(state)).mode & 0o777, 0o700);

  const key = await ensureKey(join(directory, "host/key.pem"));
  const pem = await authority.certify(await readRequest(await requestCertificate(key)), {
    commonName: "0b9f\\, CN=other",
    dnsNames: ["node-1"],
    addresses: ["192.0.2.7", "fd00::7"],
    usages: ["client"],
    lifeMs: 24 * 3_600_000,
  });
  const [certificate, issuer] = pem
    .split(/(?<=-----END CERTIFICATE-----\n)/)
    .map((part) => new X509Certificate(part));
  assert.ok(certificate !== undefined && issuer !== undefined);
  assert.ok(certificate.verify(issuer.publicKey));
  assert.ok(certificate.checkIssued(issuer));
  assert.ok(certificate.checkPrivateKey(key));
  assert.equal(certificate.toLegacyObject().subject.CN, "0b9f\\, CN=other");
  assert.equal(certificate.subjectAltName, "DNS:node-1, IP Address:192.0.2.7, IP Address:FD00:0:0:0:0:0:0:7");
  assert.equal(certificate.ca, false);
  assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.2"]);
  assert.equal(Date.parse(certificate.validTo) - Date.parse(certificate.validFrom), 86_460_000);
});

test("a request that is none, or whose signature is another key's, is refused", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairway-authority-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true }));
  const key = await ensureKey(join(directory, "key.pem"));
  const request = await requestCertificate(key);
  assert.ok((await readRequest(request)).equals(createPublicKey(key)));
  const bytes = Buffer.from(request.replaceAll(/-----.*-----|\s/g, ""), "base64");
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) ^ 1;
  const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
  await assert.rejects(readRequest(forged), { code: "invalid", message: /PKCS #10/ });
  await assert.rejects(readRequest("text"), { code: "invalid", message: /PKCS #10/ });
  await writeFile(join(directory, "broken.pem"), "text");
  await assert.rejects(ensureKey(join(directory, "broken.pem")), { code: "invalid" });
});
