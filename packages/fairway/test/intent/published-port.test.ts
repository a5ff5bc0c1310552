import assert from "node:assert/strict";
import { test } from "node:test";
import { decodePorts, encodePort } from "../../src/intent/published-port.ts";

test("what is no port is left out, and the others are read", () => {
  const port = { protocol: "tcp", port: 80, hostAddress: null, hostPort: 8080 } as const;
  const junk = [
    "",
    "7",
    "null",
    "no JSON",
    "[]",
    '{"protocol":"tcp"}',
    '{"protocol":7,"port":80,"hostPort":80}',
  ];
  assert.deepEqual(decodePorts([...junk, encodePort(port)]), [port]);
});
