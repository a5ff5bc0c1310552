import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Certifier } from "../../../src/center/members/certifier.ts";
import type { JoinRequest } from "../../../src/center/schemas/member.ts";
import { Authority } from "../../../src/cluster/authority.ts";
import { openCertifier } from "../../../src/cluster/certifier.ts";
import { ensureKey, requestCertificate } from "../../../src/cluster/key-pair.ts";
import { readToken } from "../../../src/join-token.ts";
import { root, TestCenter } from "../../center.ts";

describe("a machine becomes a host", () => {
  let directory: string;
  let certifier: Certifier;
  let center: TestCenter;
  let made = 0;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "fairway-members-"));
    for (const name of ["centrals", "hosts"] as const)
      await Authority.ensure(join(directory, "authority"), name);
    certifier = await openCertifier({
      directory: join(directory, "authority"),
      address: "192.0.2.1:6640",
      southbound: "ssl:192.0.2.1:6642",
    });
    center = await TestCenter.start({ certifier });
  });
  after(async () => {
    await center[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  async function newSecret(lifetime = 3600): Promise<string> {
    const { token } = await center.service.tokens.create({ lifetime }, root);
    return readToken(token).secret;
  }

  /** What a machine of its own would say. */
  async function machine(change: Partial<JoinRequest> = {}): Promise<JoinRequest> {
    const number = ++made;
    const key = await ensureKey(join(directory, `machine-${number}.pem`));
    return {
      name: `node-${number}`,
      secret: "",
      systemId: `chassis-${number}`,
      tunnelAddress: `192.0.2.${number}`,
      request: await requestCertificate(key),
      version: "0.1.0",
      time: new Date(center.now).toISOString(),
      ...change,
    };
  }

  const joins = (request: JoinRequest) => center.service.members.join(request);

  test("by a token of its own: its certificate names it as the center does, whatever it asked for", async () => {
    const token = await center.service.tokens.create({}, root);
    assert.deepEqual([token.state, token.usedBy, token.center], ["unused", null, "192.0.2.1:6640"]);
    assert.equal(readToken(token.token).authority, certifier.authorityFingerprint);
    const { secret } = readToken(token.token);
    assert.ok(!JSON.stringify([...center.store.view.rows("Token")]).includes(secret), "it is kept as a hash");

    const request = await machine({ secret });
    const { name, certificate, southbound, api } = await joins(request);
    const host = center.service.hosts.show(name, root);
    assert.deepEqual([host.name, host.systemId], [request.name, request.systemId]);
    assert.deepEqual([southbound, api], ["ssl:192.0.2.1:6642", "https://192.0.2.1:6640"]);
    const { subject, subjectAltName, validTo } = new X509Certificate(certificate);
    assert.deepEqual([subject, subjectAltName], [`CN=${request.systemId}`, `DNS:${request.name}`]);
    const lifeHours = (Date.parse(validTo) - Date.now()) / 3_600_000;
    assert.ok(lifeHours > 23.9 && lifeHours <= 24, `${lifeHours}`);

    const [used] = center.service.tokens.list({}, root).filter(({ uuid }) => uuid === token.uuid);
    assert.deepEqual([used?.state, used?.usedBy], ["used", request.name]);
    assert.ok(!("token" in (used ?? {})), "it is told once");
    await joins(request);
    assert.equal(center.service.hosts.show(name, root).uuid, host.uuid, "the same machine may ask again");
    assert.equal([...center.store.view.rows("Host")].filter(({ name }) => name === host.name).length, 1);
  });

  test("A06 a wrong, a used, a removed and an expired token each get their own answer, and admit nobody", async () => {
    const hosts = () => center.service.hosts.list({}, root).length;
    const secret = await newSecret();
    const first = await joins(await machine({ secret }));
    const before = hosts();
    await assert.rejects(joins(await machine({ secret })), {
      code: "unauthenticated",
      message: new RegExp(`^this token was used already, by host ${first.name} at .* UTC; each is good`),
    });
    await assert.rejects(joins(await machine({ secret: "Vw1b0kQh3yJb8m5cZ2n4tA" })), {
      code: "unauthenticated",
      message: /^this center knows no such token: .* `fairway token create` on the center$/,
    });
    const short = await newSecret(60);
    center.now += 61_000;
    await assert.rejects(joins(await machine({ secret: short })), {
      code: "unauthenticated",
      message: /^this token expired at .* UTC; make another by/,
    });
    const removed = await center.service.tokens.create({}, root);
    await center.service.tokens.remove(removed.uuid.slice(0, 8), root);
    await assert.rejects(joins(await machine({ secret: readToken(removed.token).secret })), {
      code: "unauthenticated",
    });
    assert.equal(hosts(), before);
  });

  test("of two machines that use one token at the same moment one becomes a host", async () => {
    const secret = await newSecret();
    const both = await Promise.allSettled([
      joins(await machine({ secret })),
      joins(await machine({ secret })),
    ]);
    assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  });

  test("a name or a system-id that is taken, a clock that is off, another version: named, with the mend; the token stays good", async () => {
    const taken = await machine({ secret: await newSecret() });
    await joins(taken);
    const secret = await newSecret();
    const refused = async (change: Partial<JoinRequest>, code: string, message: RegExp) =>
      assert.rejects(joins(await machine({ secret, ...change })), { code, message });
    await refused(
      { name: taken.name },
      "conflict",
      new RegExp(
        `^there is a host ${taken.name} already; join with another name \\(--name\\).*fairway host rm`,
      ),
    );
    await refused(
      { systemId: taken.systemId },
      "conflict",
      new RegExp(`^Open vSwitch's system-id ${taken.systemId} belongs to host ${taken.name}; give`),
    );
    const dayMs = 86_400_000;
    const at = (ms: number) => ({ time: new Date(center.now + ms).toISOString() });
    await refused(
      at(dayMs),
      "conflict",
      /^this machine's clock is 86400 s ahead of the center's.*timedatectl/,
    );
    await refused(at(-dayMs), "conflict", /^this machine's clock is 86400 s behind the center's/);
    await refused(
      { version: "0.2.3" },
      "unsupported",
      /^this machine has Fairway 0\.2\.3, the center the older 0\.1\.0; upgrade the center first, or/,
    );
    await refused(
      { version: "0.0.9" },
      "unsupported",
      /^this machine has Fairway 0\.0\.9, the center the newer 0\.1\.0; install 0\.1\.0 here$/,
    );
    await joins(await machine({ secret, version: "0.1.7" }));
  });

  describe("M08 a token's second use", () => {
    const minuteMs = 60_000;
    const remove = (name: string) => center.service.hosts.remove(name, { dead: false }, root);

    test("M08 a removed host does not come back by the token that it joined with; it does by a new one", async () => {
      const request = await machine({ secret: await newSecret() });
      await joins(request);
      await remove(request.name);
      await assert.rejects(joins(request), { code: "unauthenticated", message: /fairway token create/ });
      assert.throws(() => center.service.hosts.show(request.name, root), { code: "not_found" });
      center.now += 8 * 86_400_000;
      const later = { ...request, time: new Date(center.now).toISOString() };
      await assert.rejects(joins(later), { code: "unauthenticated" });
      await joins({ ...later, secret: await newSecret() });
      assert.equal(center.service.hosts.show(request.name, root).name, request.name);
    });

    test("M08 the tokens by which a host joined go with it", async () => {
      const request = await machine({ secret: await newSecret() });
      await joins(request);
      await remove(request.name);
      const tokens = center.service.tokens.list({}, root).filter(({ usedBy }) => usedBy === request.name);
      assert.deepEqual(tokens, []);
    });

    test("a token is good for a second use while its host is there alone, whatever became of the token", async () => {
      const request = await machine({ secret: await newSecret() });
      await joins(request);
      await center.store.change((draft) => {
        const [host] = draft.find("Host", "byName", request.name);
        assert.ok(host);
        draft.delete("Host", host._uuid);
      });
      await assert.rejects(joins(request), {
        code: "unauthenticated",
        message: /^this token was used already/,
      });
    });

    test("within some minutes a lost answer is asked for again; after that the token is used up, for its own machine too", async () => {
      const request = await machine({ secret: await newSecret() });
      await joins(request);
      center.now += 9 * minuteMs;
      await joins({ ...request, time: new Date(center.now).toISOString() });
      center.now += 2 * minuteMs;
      await assert.rejects(joins({ ...request, time: new Date(center.now).toISOString() }), {
        code: "unauthenticated",
        message: new RegExp(`^this token was used already, by host ${request.name} at .* UTC; each is good`),
      });
    });

    test("an expired token is not good for a second use either", async () => {
      const request = await machine({ secret: await newSecret(60) });
      await joins(request);
      center.now += 2 * minuteMs;
      await assert.rejects(joins({ ...request, time: new Date(center.now).toISOString() }), {
        code: "unauthenticated",
        message: /^this token expired at/,
      });
    });
  });

  test("a machine whose Open vSwitch is set to another encapsulation is refused with the mend, and its token stays good", async () => {
    const request = await machine({ secret: await newSecret() });
    await assert.rejects(joins({ ...request, encapsulations: ["vxlan", "stt"] }), {
      code: "conflict",
      message:
        /^this cluster's tunnels are geneve, and Open vSwitch here is set to vxlan,stt .*ovs-vsctl remove open_vswitch \. external_ids ovn-encap-type/,
    });
    await joins({ ...request, encapsulations: ["stt", "geneve"] });
  });

  test("who has no token does not get a request for a certificate parsed", async () => {
    const request = await machine({
      secret: "Vw1b0kQh3yJb8m5cZ2n4tA",
      request: "-----BEGIN CERTIFICATE REQUEST-----",
    });
    await assert.rejects(joins(request), { code: "unauthenticated" });
  });

  test("a host that is a member already keeps its name", async () => {
    const request = await machine({ secret: await newSecret() });
    await joins(request);
    await assert.rejects(joins({ ...request, name: "other", secret: await newSecret() }), {
      code: "conflict",
      message: new RegExp(`^this machine is host ${request.name} already; .* \`fairway leave\` first$`),
    });
  });

  test("a certificate is renewed for the key that was admitted, for the host itself, and for no other", async () => {
    const request = await machine({ secret: await newSecret() });
    await joins(request);
    const own = { ...root, caller: { kind: "host", name: request.name } as const };
    const { certificate } = await center.service.members.renew(request.name, request, own);
    assert.equal(new X509Certificate(certificate).subject, `CN=${request.systemId}`);
    const { request: otherKey } = await machine();
    await assert.rejects(center.service.members.renew(request.name, { request: otherKey }, own), {
      code: "forbidden",
      message: /was admitted with another key; to change it, leave and join again$/,
    });
    const other = { ...root, caller: { kind: "host", name: "other" } as const };
    await assert.rejects(center.service.members.renew(request.name, request, other), {
      code: "forbidden",
    });
    await assert.rejects(center.service.tokens.create({}, own), { code: "forbidden" });
  });

  test("a host tells its facts over TLS; that its system-id is another now is refused", async () => {
    const request = await machine({ secret: await newSecret() });
    await joins(request);
    const own = { ...root, caller: { kind: "host", name: request.name } as const };
    const facts = { systemId: request.systemId, versions: { kernel: "6.1" } };
    const { versions } = await center.service.hosts.register(request.name, facts, own);
    assert.deepEqual(versions, { fairway: "0.1.0", kernel: "6.1" });
    await assert.rejects(center.service.hosts.register(request.name, { systemId: "another" }, own), {
      code: "conflict",
      message: /its certificate says the former/,
    });
  });
});
