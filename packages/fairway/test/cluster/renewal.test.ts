import assert from "node:assert/strict";
import { createPublicKey, X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { RenewalRequest } from "../../src/center/schemas/member.ts";
import { Authority } from "../../src/cluster/authority.ts";
import { openCertifier } from "../../src/cluster/certifier.ts";
import { replaceCertificate } from "../../src/cluster/files.ts";
import { ensureKey } from "../../src/cluster/key-pair.ts";
import { Renewal, renewHostCertificate } from "../../src/cluster/renewal.ts";
import { writePrivately } from "../../src/host/files.ts";
import { fingerprintOf } from "../../src/public-key.ts";
import { silent } from "../bad-input/api-under-test.ts";
import { until } from "../center.ts";

const hourMs = 3_600_000;

test("a host's certificate is renewed when half of its life is over, with its key; Open vSwitch sees both files change", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairway-renewal-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true }));
  const authorities = join(directory, "authority");
  await Authority.ensure(authorities, "centrals");
  const certifier = await openCertifier({ directory: authorities, address: "", southbound: "" });
  const hosts = await Authority.ensure(authorities, "hosts");
  const files = {
    key: join(directory, "key.pem"),
    cert: join(directory, "cert.pem"),
    ca: join(directory, "ca.pem"),
  };
  const key = createPublicKey(await ensureKey(files.key));
  await writePrivately(files.ca, "");
  const asked: string[] = [];
  const api = {
    renewCertificate: async ({ host: name }: { host: string }, { request }: RenewalRequest) => {
      asked.push(`${name} ${await certifier.fingerprintOf(request)}`);
      const certificate = await certifier.certify(request, { name, systemId: "chassis-1" });
      return { certificate, authority: certifier.authorityPem };
    },
  };
  const renew = () => renewHostCertificate({ api, hostName: "node-1", files });
  const give = async (lifeMs: number) => {
    const subject = {
      commonName: "chassis-1",
      dnsNames: [],
      addresses: [],
      usages: ["client"],
      lifeMs,
    } as const;
    await replaceCertificate(files, await hosts.certify(key, subject));
  };

  await give(hourMs);
  assert.equal(await renew(), false, "it is new");
  await give(30_000);
  const before = await stat(files.key, { bigint: true });
  assert.equal(await renew(), true, "it was made a minute before it was given");
  assert.deepEqual(asked, [`node-1 ${fingerprintOf(key)}`]);
  const certificate = new X509Certificate(await readFile(files.cert));
  assert.ok(Date.parse(certificate.validTo) > Date.now() + 23 * hourMs);
  assert.ok(certificate.checkPrivateKey(await ensureKey(files.key)));
  assert.equal(await readFile(files.ca, "utf8"), certifier.authorityPem);
  const [cert, moved] = [await stat(files.cert, { bigint: true }), await stat(files.key, { bigint: true })];
  assert.ok(moved.mtimeNs > before.mtimeNs, "the key's time moved");
  assert.ok(moved.mtimeNs >= cert.mtimeNs - 1_000_000n, "after the certificate was there");
  assert.equal(await renew(), false);
});

test("what keeps a certificate from being renewed is tried again, and does not end the program", async () => {
  const warned: object[] = [];
  const logger = { ...silent, warn: (fields: object) => void warned.push(fields) };
  let calls = 0;
  await using renewal = new Renewal(async () => {
    if (++calls === 1) throw new Error("the center is away");
    return true;
  }, logger);
  await until(() => calls === 1 && warned.length === 1);
  const [{ loop, reason } = {}] = warned as { loop?: string; reason?: string }[];
  assert.deepEqual([loop, reason], ["renew the certificate", "the center is away"]);
  void renewal;
});
