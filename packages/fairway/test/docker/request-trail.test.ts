import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestTrail } from "../../src/docker/request-trail.ts";

test("an address leads to the request that it was given out under, once", () => {
  const trail = new RequestTrail();
  trail.leave("10.1.0.2/24", "one");
  assert.deepEqual(trail.take(["10.1.0.2/24"]), ["one"]);
  assert.deepEqual(trail.take(["10.1.0.2/24"]), []);
});

test("both addresses of a dual-stack endpoint lead to their requests", () => {
  const trail = new RequestTrail();
  trail.leave("10.1.0.2/24", "four");
  trail.leave("fd01::2/64", "six");
  assert.deepEqual(trail.take(["10.1.0.2/24", "fd01::2/64"]), ["four", "six"]);
});

test("the same address in two networks leads to the older request first", () => {
  const trail = new RequestTrail();
  trail.leave("10.1.0.2/24", "one");
  trail.leave("10.1.0.2/24", "other");
  assert.deepEqual(trail.take(["10.1.0.2/24"]), ["one"]);
  assert.deepEqual(trail.take(["10.1.0.2/24"]), ["other"]);
});

test("a request is forgotten after a minute", () => {
  let now = 0;
  const trail = new RequestTrail(() => now);
  trail.leave("10.1.0.2/24", "one");
  now = 60_001;
  assert.deepEqual(trail.take(["10.1.0.2/24"]), []);
});
