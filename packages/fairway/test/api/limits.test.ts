import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "./serve.ts";

const mebibyte = 2 ** 20;

test("A07 a body of nothing but brackets, as deep as it may be, is refused in words, and the API goes on", async () => {
  await using served = await serve();
  for (const [body, detail] of [
    ["[".repeat(mebibyte - 1), "the body is not JSON"],
    [`${"[".repeat(mebibyte / 2 - 1)}${"]".repeat(mebibyte / 2 - 1)}`, "body: "],
    [`{"systemId":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}}`, "body: systemId must be a string"],
  ] as const) {
    const answer = await served.send({ method: "PUT", path: "/v1/hosts/node-1", body });
    assert.equal(answer.status, 400);
    const problem = JSON.parse(answer.body);
    assert.ok(String(problem.detail).startsWith(detail), problem.detail);
    assert.ok(answer.body.length < 2_000);
  }
  assert.equal((await served.client.status()).version, "0.1.0");
});
