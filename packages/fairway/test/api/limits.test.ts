import assert from "node:assert/strict";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
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

test("A07 a request line or headers longer than they may be are refused in words, and what is no HTTP too", async () => {
  await using served = await serve();
  const long = "a".repeat(17 * 1024);
  const tooLong = "the request line and the headers may have at most 16 KiB together";
  for (const [request, status, code, detail] of [
    [{ path: `/v1/networks?name=${long}` }, 431, "too_large", tooLong],
    [{ path: "/v1/networks", headers: { "x-note": long } }, 431, "too_large", tooLong],
  ] as const) {
    const answer = await served.send(request);
    assert.equal(answer.headers["content-type"], "application/problem+json");
    const problem = JSON.parse(answer.body);
    assert.deepEqual([answer.status, problem.status, problem.code], [status, status, code]);
    assert.equal(problem.detail, detail);
    assert.match(problem.request, /^[0-9a-f]{16}$/);
  }
  const socket = connect(served.path).end("what is this\r\n\r\n");
  assert.match(
    await text(socket),
    /^HTTP\/1\.1 400 Bad Request\r\n.*"detail":"this is no request of HTTP\/1\.1: /s,
  );
  assert.equal((await served.client.status()).version, "0.1.0");
});
