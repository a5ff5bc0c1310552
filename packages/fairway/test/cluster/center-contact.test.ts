import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as table from "../../src/api/routes/table.ts";
import type { JoinRequest } from "../../src/center/schemas/member.ts";
import { Authority } from "../../src/cluster/authority.ts";
import { centerFiles, ensureCenterCertificate } from "../../src/cluster/center-certificate.ts";
import { contactCenter, parseCenterAddress, writeAddress } from "../../src/cluster/center-contact.ts";
import { replaceCertificate } from "../../src/cluster/files.ts";
import { ensureKey } from "../../src/cluster/key-pair.ts";
import { FairwayError } from "../../src/errors.ts";
import { Admitted } from "../api/certificates.ts";
import { type Changes } from "../api/sample-center.ts";
import { samples } from "../api/sample-objects.ts";
import { serve } from "../api/serve.ts";

const joinExample: JoinRequest = table.join.example ?? assert.fail();

test("a center's address, with and without its port", () => {
  const parsed = (text: string) => writeAddress(parseCenterAddress(text));
  assert.deepEqual(
    ["192.0.2.1", "fd00::1", "[fd00::1]:7000", "center.example:7000", "192.0.2.1:6640"].map(parsed),
    ["192.0.2.1:6640", "[fd00::1]:6640", "[fd00::1]:7000", "center.example:7000", "192.0.2.1:6640"],
  );
  for (const wrong of [
    "",
    "192.0.2.1:",
    "192.0.2.1:0",
    "192.0.2.1:70000",
    "https://192.0.2.1",
    "a b",
    "[fd00::1",
  ])
    assert.throws(() => parsed(wrong), { code: "invalid", message: /must be the center's ADDRESS/ }, wrong);
});

describe("a machine reaches out for its center", () => {
  let directory: string;
  let centrals: Authority;
  before(async () => {
    directory = join(await mkdtemp(join(tmpdir(), "fairway-contact-")), "authority");
    centrals = await Authority.ensure(directory, "centrals");
    await Authority.ensure(directory, "hosts");
    await ensureCenterCertificate(directory, { name: "center", addresses: ["127.0.0.1"] });
  });
  after(() => rm(join(directory, ".."), { recursive: true }));

  const center = (changes: Changes = {}) => {
    const listener = { kind: "tls", address: "127.0.0.1", port: 0, admission: new Admitted() } as const;
    return serve(changes, { listeners: [{ ...listener, ...centerFiles(directory) }] });
  };
  const addressOf = (target: string | undefined) => parseCenterAddress(new URL(target ?? "").host);

  test("that shows the key of the token, and is admitted; what the center refuses comes in its words", async () => {
    let asked: JoinRequest | undefined;
    await using served = await center({
      members: {
        join: async (request) => {
          asked = request;
          if (request.name === "taken") throw new FairwayError("conflict", "there is a host taken already");
          return samples.membership;
        },
      },
    });
    const address = addressOf(served.targets[1]);
    await using contact = await contactCenter(address, centrals.fingerprint);
    assert.equal(contact.localAddress, "127.0.0.1");
    assert.equal(contact.isNamed, true);
    assert.deepEqual(await contact.join(joinExample), samples.membership);
    assert.deepEqual(asked, joinExample);
    await using again = await contactCenter({ ...address, host: "localhost" }, centrals.fingerprint);
    assert.equal(again.isNamed, false, "the certificate is for the address, not for this name");
    await assert.rejects(again.join({ ...joinExample, name: "taken" }), {
      code: "conflict",
      message: "there is a host taken already",
    });
  });

  test("A06 to another center than the token's nothing is sent", async () => {
    await using served = await center();
    const other = await Authority.ensure(join(directory, "../other"), "centrals");
    const address = addressOf(served.targets[1]);
    await assert.rejects(contactCenter(address, other.fingerprint), {
      code: "unauthenticated",
      message: new RegExp(
        `^${writeAddress(address)} is not the center that made this token: .* Nothing was sent to it`,
      ),
    });
    assert.deepEqual(served.contexts, []);
  });

  test("A06 a center whose certificate only claims to be of the token's authority is refused", async () => {
    const forged = join(directory, "../forged");
    const key = await ensureKey(join(forged, "key.pem"));
    const own = await Authority.ensure(forged, "centrals");
    const subject = {
      commonName: "c",
      dnsNames: [],
      addresses: ["127.0.0.1"],
      usages: ["server"],
      lifeMs: 60_000,
    } as const;
    const [leaf = ""] = (await own.certify(createPublicKey(key), subject)).split(
      /(?<=-----END CERTIFICATE-----\n)/,
    );
    const files = {
      ...centerFiles(directory),
      cert: join(forged, "cert.pem"),
      key: join(forged, "key.pem"),
    };
    await replaceCertificate(files, leaf + centrals.pem);
    const listener = { kind: "tls", address: "127.0.0.1", port: 0, admission: new Admitted() } as const;
    await using served = await serve({}, { listeners: [{ ...listener, ...files }] });
    await assert.rejects(contactCenter(addressOf(served.targets[1]), centrals.fingerprint), {
      code: "unauthenticated",
    });
  });

  test("where nobody listens, or something else does, that is said", async () => {
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const bound = closed.address();
    const port = typeof bound === "object" && bound !== null ? bound.port : 0;
    closed.close();
    await once(closed, "close");
    await assert.rejects(contactCenter({ host: "127.0.0.1", port }, centrals.fingerprint), {
      code: "unavailable",
      message: new RegExp(
        `^cannot reach the center at 127\\.0\\.0\\.1:${port}: nobody listens on that port; was \`fairway init\``,
      ),
    });
    const plain = createServer(
      (socket) => void socket.on("error", () => undefined).end("HTTP/1.1 400 Bad Request\r\n\r\n"),
    );
    plain.listen(port, "127.0.0.1");
    await once(plain, "listening");
    await assert.rejects(contactCenter({ host: "127.0.0.1", port }, centrals.fingerprint), {
      code: "unavailable",
      message: /what listens there is no center of Fairway's/,
    });
    plain.close();
  });

  test("a center whose certificate is over, by this machine's clock", async () => {
    const files = centerFiles(directory);
    const key = createPublicKey(await ensureKey(files.key));
    const subject = {
      commonName: "center",
      dnsNames: [],
      addresses: ["127.0.0.1"],
      usages: ["server"],
      lifeMs: -1000,
    } as const;
    await replaceCertificate(files, await centrals.certify(key, subject));
    await using served = await center();
    await assert.rejects(contactCenter(addressOf(served.targets[1]), centrals.fingerprint), {
      code: "conflict",
      message:
        /^the center's certificate is valid from .* and this machine's clock says .*timedatectl set-ntp true/,
    });
    assert.equal(
      await ensureCenterCertificate(directory, { name: "center", addresses: ["127.0.0.1"] }),
      true,
    );
    assert.equal(
      await ensureCenterCertificate(directory, { name: "center", addresses: ["127.0.0.1"] }),
      false,
    );
    assert.equal(await ensureCenterCertificate(directory, { name: "center", addresses: ["::1"] }), true);
  });
});
