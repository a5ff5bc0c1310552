import assert from "node:assert/strict";
import { test } from "node:test";
import { keysIn } from "../../src/intent/indexes.ts";

test("R10 a router's gateway that names a host twice is under that host once", () => {
  const gateway = {
    router: "r",
    network: "n",
    addresses: [],
    snat: true,
    hosts: { 0: "h1", 1: "h2", 2: "h1" },
    readiness: {},
    holder: null,
  };
  assert.deepEqual(keysIn("Router_Gateway", "byHost", { _uuid: "g", ...gateway }), ["h1", "h2"]);
});
