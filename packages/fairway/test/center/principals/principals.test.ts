import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import type { Context } from "../../../src/center/context.ts";
import type { Certifier } from "../../../src/center/members/certifier.ts";
import type { PrincipalRequest } from "../../../src/center/schemas/principal.ts";
import { intentRows } from "../../bad-input/intent-rows.ts";
import { root, TestCenter } from "../../center.ts";

const certifier = {
  address: "192.0.2.1:6640",
  authorityPem: "-----BEGIN CERTIFICATE-----\n",
} as Certifier;

describe("principals", () => {
  let center: TestCenter;
  before(async () => {
    center = await TestCenter.start({ certifier });
  });
  after(() => center[Symbol.asyncDispose]());
  beforeEach(async () => {
    for (const { name } of center.service.principals.list({}, root))
      await center.service.principals.remove(name, root);
  });

  const create = (request: Partial<PrincipalRequest> = {}) =>
    center.service.principals.create({ name: "ci", role: "viewer", ...request }, root);
  const authenticate = (token: string) => center.service.principals.authenticate(token);
  /** The context of whoever shows a token. */
  const by = (token: string): Context => ({ ...root, caller: authenticate(token) });

  it("A06 a principal's token is shown once, and tells who shows it; the intent keeps its hash alone", async () => {
    const { token, api, authority, ...shown } = await create({ role: "member" });
    assert.match(token, /^fwp_[A-Za-z0-9_-]{43}$/);
    assert.deepEqual([api, authority], ["https://192.0.2.1:6640", certifier.authorityPem]);
    assert.deepEqual(authenticate(token), {
      kind: "principal",
      name: "ci",
      role: "member",
      organization: null,
    });
    assert.deepEqual(center.service.principals.list({}, root), [shown]);
    assert.ok(!intentRows(center.store).includes(token.slice(4)));
    const { token: other } = await create({ name: "other" });
    assert.notEqual(token, other);
  });

  it("A06 a token that is wrong by one letter, of another kind or of nobody is refused, and not repeated", async () => {
    const { token } = await create();
    const last = token.endsWith("A") ? "B" : "A";
    for (const wrong of [
      `${token.slice(0, -1)}${last}`,
      token.slice(0, -1),
      `${token}A`,
      token.toLowerCase(),
      "fwp_",
      "",
    ])
      assert.throws(
        () => authenticate(wrong),
        (error: Error & { code?: string }) =>
          error.code === "unauthenticated" &&
          (wrong === "" || wrong === "fwp_" || !error.message.includes(wrong)),
        wrong,
      );
    await center.service.principals.remove("ci", root);
    assert.throws(() => authenticate(token), { code: "unauthenticated", message: /no such token/ });
    await center.service.principals.remove("ci", root);
  });

  it("A06 a token is refused from its expiry on", async () => {
    const { token, expires } = await create({ lifetime: 60 });
    assert.equal(expires, new Date(center.now + 60_000).toISOString());
    center.now += 59_999;
    assert.equal(authenticate(token).name, "ci");
    center.now += 1;
    assert.throws(() => authenticate(token), {
      code: "unauthenticated",
      message: /principal ci expired at /,
    });
    assert.equal(center.service.principals.list({}, root)[0]?.state, "expired");
  });

  it("A06 a name is one principal's", async () => {
    const { token } = await create();
    await assert.rejects(create({ role: "admin" }), { code: "conflict", message: /principal rm ci/ });
    assert.equal(authenticate(token).role, "viewer");
  });

  it("A06 a viewer reads, a member also changes, and an administrator lets others in", async () => {
    const [viewer, member, admin] = await Promise.all(
      (["viewer", "member", "admin"] as const).map(async (role) =>
        by((await create({ name: role, role })).token),
      ),
    );
    assert.ok(viewer !== undefined && member !== undefined && admin !== undefined);
    await center.network("h1", "10.1.0.0/24");
    const [network] = center.service.networks.list({}, viewer);
    const uuid = network?.uuid ?? assert.fail();
    await assert.rejects(center.service.networks.remove(uuid, { isDry: false }, viewer), {
      code: "forbidden",
      message: /principal viewer/,
    });
    for (const caller of [viewer, member]) {
      await assert.rejects(center.service.principals.create({ name: "mine", role: "admin" }, caller), {
        code: "forbidden",
      });
      await assert.rejects(center.service.tokens.create({}, caller), { code: "forbidden" });
      await assert.rejects(center.service.hosts.register("h1", { systemId: "system-h1" }, caller), {
        code: "forbidden",
      });
    }
    assert.equal((await center.service.networks.remove(uuid, { isDry: false }, member)).uuid, uuid);
    assert.equal(
      (await center.service.principals.create({ name: "mine", role: "viewer" }, admin)).name,
      "mine",
    );
  });

  it("A06 what a principal may changes while its token stays, for whoever has seen it as it is", async () => {
    const { principals } = center.service;
    const { token, revision } = await create({ lifetime: 60 });
    const stale = { code: "precondition_failed" };
    const dry = await principals.update("ci", { role: "member" }, { isDry: true }, root);
    assert.deepEqual([dry.role, principals.show("ci", root).role], ["member", "viewer"]);
    const seen = { revisions: [revision] };
    const changed = await principals.update("ci", { role: "member", lifetime: null }, seen, root);
    assert.deepEqual([changed.role, changed.expires], ["member", null]);
    assert.deepEqual(authenticate(token), {
      kind: "principal",
      name: "ci",
      role: "member",
      organization: null,
    });
    await assert.rejects(principals.update("ci", { role: "admin" }, seen, root), stale);
    await assert.rejects(principals.update("ci", { role: "admin" }, {}, by(token)), { code: "forbidden" });
    await principals.update("ci", { organization: "red" }, {}, root);
    assert.throws(() => center.service.networks.list({}, by(token)), { code: "not_found" });
    await principals.update("ci", { organization: null, lifetime: 5 }, {}, root);
    assert.deepEqual(center.service.networks.list({ name: "none" }, by(token)), []);
    center.now += 6_000;
    assert.throws(() => authenticate(token), { code: "unauthenticated" });
    await assert.rejects(principals.update("c1", {}, {}, root), {
      code: "not_found",
      message: /did you mean "ci"\?/,
    });
  });

  it("A06 for a principal of an organization, even an administrator, what belongs to none is not there", async () => {
    const red = by((await create({ role: "admin", organization: "red" })).token);
    const network = await center.network("h2", "10.2.0.0/24");
    const missing = { code: "not_found", message: /organization red/ };
    assert.throws(() => center.service.hosts.show("h2", red), missing);
    await assert.rejects(center.service.networks.remove(network.uuid, { isDry: false }, red), missing);
    await assert.rejects(center.service.events.follow({}, red).next(), missing);
    await assert.rejects(center.service.principals.create({ name: "mine", role: "viewer" }, red), {
      code: "forbidden",
    });
  });
});

it("A06 a center that serves its own machine alone makes no principals", async () => {
  await using center = await TestCenter.start();
  await assert.rejects(center.service.principals.create({ name: "ci", role: "viewer" }, root), {
    code: "unsupported",
  });
});
