import assert from "node:assert/strict";
import { test } from "node:test";
import { decodePorts, encodePorts, type PublishedPort } from "../../src/intent/published-port.ts";

const web: PublishedPort = { protocol: "tcp", port: 80, hostAddress: null, hostPort: 8080 };

test("ports are read as they were written, by protocol and number; one place on a host leads to one port", () => {
  const ports: readonly PublishedPort[] = [
    web,
    { ...web, hostAddress: "192.0.2.7" },
    { ...web, hostAddress: "fd00::7", hostPort: 8081 },
    { protocol: "udp", port: 53, hostAddress: null, hostPort: 53 },
  ];
  const read = decodePorts(encodePorts(ports.toReversed()));
  assert.deepEqual(
    new Set(read.map((port) => JSON.stringify(port))),
    new Set(ports.map((port) => JSON.stringify(port))),
  );
  assert.deepEqual(
    read.map(({ hostPort }) => hostPort),
    [8080, 8080, 8081, 53],
  );
  assert.deepEqual(decodePorts(encodePorts([web, { ...web, port: 81 }])), [{ ...web, port: 81 }]);
});

test("what is no port is left out, and the others are read", () => {
  const junk = ["", "7", "tcp", "tcp 8080", "tcp *", "tcp * x", "tcp * 80 80", "icmp * 7", "tcp  80"];
  const column = Object.fromEntries(junk.map((place) => [place, 80]));
  assert.deepEqual(decodePorts({ ...column, ...encodePorts([web]) }), [web]);
});
