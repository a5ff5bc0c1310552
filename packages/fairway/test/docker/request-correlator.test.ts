import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestCorrelator } from "../../src/docker/request-correlator.ts";

test("an address leads to the request that it was given out under, once", () => {
  const correlator = new RequestCorrelator();
  correlator.note("10.1.0.2/24", "one");
  assert.deepEqual(correlator.take(["10.1.0.2/24"]), ["one"]);
  assert.deepEqual(correlator.take(["10.1.0.2/24"]), []);
});

test("both addresses of a dual-stack endpoint lead to their requests", () => {
  const correlator = new RequestCorrelator();
  correlator.note("10.1.0.2/24", "four");
  correlator.note("fd01::2/64", "six");
  assert.deepEqual(correlator.take(["10.1.0.2/24", "fd01::2/64"]), ["four", "six"]);
});

test("the same address in two networks leads to the older request first", () => {
  const correlator = new RequestCorrelator();
  correlator.note("10.1.0.2/24", "one");
  correlator.note("10.1.0.2/24", "other");
  assert.deepEqual(correlator.take(["10.1.0.2/24"]), ["one"]);
  assert.deepEqual(correlator.take(["10.1.0.2/24"]), ["other"]);
});

test("a request is forgotten after a minute", () => {
  let now = 0;
  const correlator = new RequestCorrelator(() => now);
  correlator.note("10.1.0.2/24", "one");
  now = 60_001;
  assert.deepEqual(correlator.take(["10.1.0.2/24"]), []);
});
