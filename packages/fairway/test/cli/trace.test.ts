import assert from "node:assert/strict";
import { test } from "node:test";
import type { TraceQuery } from "../../src/center/schemas/trace.ts";
import { samples } from "../api/sample-objects.ts";
import { serve } from "../api/serve.ts";
import { at } from "./run-command.ts";

test("O04 fairway trace asks for the packet that its flags say: a ping without any", async () => {
  const asked: TraceQuery[] = [];
  await using served = await serve({
    traces: { trace: async (query) => (asked.push(query), samples.trace) },
  });
  for (const flags of ["", " --icmp -4", " --tcp 443", " --udp 53 -6"])
    await at(served, `trace web db${flags}`);
  const packet = { from: "web", to: "db" };
  assert.deepEqual(asked, [
    { ...packet, protocol: "icmp" },
    { ...packet, protocol: "icmp", family: 4 },
    { ...packet, protocol: "tcp", port: 443 },
    { ...packet, protocol: "udp", port: 53, family: 6 },
  ]);
  for (const [flags, words] of [
    ["--tcp 443 --udp 53", /'--tcp <port>' cannot be used with option '--udp <port>'/],
    ["-4 -6", /'-4, --ipv4' cannot be used with option '-6, --ipv6'/],
    ["--tcp ssh", /must be a port from 1 to 65535/],
    ["--tcp 65536", /must be a port from 1 to 65535/],
  ] as const) {
    const { status, err } = await at(served, `trace web db ${flags}`);
    assert.notEqual(status, 0);
    assert.match(err, words);
  }
  assert.equal(asked.length, 4);
});

test("O04 fairway trace prints the steps and the verdict, and its exit status says whether the packet arrives", async () => {
  await using served = await serve();
  const { status, out } = await at(served, "trace web-1 203.0.113.9 --tcp 443");
  assert.equal(status, 0);
  assert.equal(
    out,
    [
      "TCP to port 443 from container web-1 (10.1.0.7) on network blue, host node-1 to 203.0.113.9",
      "",
      "STEP  AT      NAME  WHAT HAPPENS",
      "1     switch  blue  gives it to the router of blue",
      "",
      "Leaves: host node-1 leads it on by its own routes, under the host's address (NAT).",
      "",
    ].join("\n"),
  );
  for (const verdict of ["dropped", "not-installed"] as const) {
    await using other = await serve({ traces: { trace: async () => ({ ...samples.trace, verdict }) } });
    const answer = await at(other, "trace web-1 203.0.113.9 -o json");
    assert.equal(answer.status, 1);
    assert.equal(JSON.parse(answer.out).verdict, verdict);
  }
});
