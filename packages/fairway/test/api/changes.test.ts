import assert from "node:assert/strict";
import { test } from "node:test";
import { FairwayError } from "../../src/errors.ts";
import { samples, uuidOf } from "./sample-objects.ts";
import { serve } from "./serve.ts";

const { network } = samples;

test("A03 an answer has its revision as its entity tag, and If-Match reaches the center", async () => {
  const seen: unknown[] = [];
  await using served = await serve({
    networks: { update: async (...[, , manner]) => (seen.push(manner), network) },
  });
  const shown = await served.send({ path: "/v1/networks/blue" });
  assert.equal(shown.headers.etag, `"${network.revision}"`);
  for (const header of [shown.headers.etag ?? "", '"a", "b"', "*"])
    await served.send({
      method: "PATCH",
      path: "/v1/networks/blue",
      headers: { "if-match": header },
      body: "{}",
    });
  await served.client.updateNetwork({ reference: "blue" }, {}, { ifMatch: "c" });
  assert.deepEqual(seen, [
    { isDry: false, revisions: [network.revision] },
    { isDry: false, revisions: ["a", "b"] },
    { isDry: false, revisions: undefined },
    { isDry: false, revisions: ["c"] },
  ]);
});

test("A03 a revision that is not the object's any more is refused with 412", async () => {
  await using served = await serve({
    networks: {
      remove: async () => {
        throw new FairwayError("precondition_failed", "network blue has revision b by now, not a");
      },
    },
  });
  const { status, body } = await served.send({ method: "DELETE", path: "/v1/networks/blue" });
  assert.deepEqual([status, JSON.parse(body).code], [412, "precondition_failed"]);
});

test("A03 a merge patch may come under its own media type", async () => {
  const seen: unknown[] = [];
  await using served = await serve({
    networks: { update: async (...[, patch]) => (seen.push(patch), network) },
  });
  for (const type of ["application/merge-patch+json", "application/json"]) {
    const { status } = await served.send({
      method: "PATCH",
      path: "/v1/networks/blue",
      headers: { "content-type": type },
      body: '{"mtu":null,"labels":{"team":null,"tier":"front"}}',
    });
    assert.equal(status, 200);
  }
  const patch = { mtu: null, labels: { team: null, tier: "front" } };
  assert.deepEqual(seen, [patch, patch]);
  const broken = await served.send({
    method: "PATCH",
    path: "/v1/networks/blue",
    headers: { "content-type": "application/merge-patch+json" },
    body: "{",
  });
  assert.deepEqual([broken.status, JSON.parse(broken.body).detail], [400, "the body is not JSON"]);
});

test("A03 ?dry-run is said with a value or without", async () => {
  const seen: unknown[] = [];
  await using served = await serve({
    networks: { create: async (...[, { isDry }]) => (seen.push(isDry), network) },
  });
  for (const query of ["", "?dry-run", "?dry-run=true", "?dry-run=false"])
    await served.send({ method: "POST", path: `/v1/networks${query}`, body: '{"name":"blue"}' });
  assert.deepEqual(seen, [false, true, true, false]);
});

test("A03 a problem names each field that is wrong", async () => {
  await using served = await serve();
  const { status, body } = await served.send({
    method: "POST",
    path: "/v1/networks",
    body: JSON.stringify({ name: "a b", subnets: [{ cidr: "10.1.0.0" }], lables: {} }),
  });
  const { errors } = JSON.parse(body) as { readonly errors: readonly { field: string; detail: string }[] };
  assert.equal(status, 400);
  assert.deepEqual(
    errors.map(({ field }) => field),
    ["name", "subnets[0].cidr", "lables"],
  );
  assert.match(errors[2]?.detail ?? "", /did you mean "labels"\?/);
});

test("A03 a full page names the next one, and the last page none", async () => {
  const all = ["1", "2", "3"].map((digit) => ({
    ...samples.address,
    uuid: uuidOf(digit),
    ip: `10.1.0.${digit}`,
  }));
  await using served = await serve({
    addresses: {
      list: ({ limit, after }) =>
        all
          .filter(({ ip }) => after === undefined || after.localeCompare(`4.0a01000${ip.at(-1)}`) < 0)
          .slice(0, limit),
    },
  });
  const whole = await served.send({ path: "/v1/addresses" });
  assert.equal(whole.headers.link, undefined);
  const first = await served.send({ path: "/v1/addresses?limit=2&purpose=endpoint" });
  const [, next = ""] = /^<(.*)>; rel="next"$/.exec(String(first.headers.link)) ?? [];
  assert.match(next, /^\/v1\/addresses\?limit=2&purpose=endpoint&after=4\.0a010002/);
  const second = await served.send({ path: next });
  assert.deepEqual(
    JSON.parse(second.body).map(({ ip }: { ip: string }) => ip),
    ["10.1.0.3"],
  );
  assert.equal(second.headers.link, undefined);
});
