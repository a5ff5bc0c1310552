import assert from "node:assert/strict";
import { test } from "node:test";
import { readRouteTarget, readRouteTargets, saidRouteTargets } from "../../src/intent/route-target-text.ts";

test("R07 a route target is AS:NUMBER or ADDRESS:NUMBER, each within its bits, as OpenContrail writes it, too", () => {
  for (const [text, is] of [
    ["64512:100", "64512:100"],
    ["target:64512:100", "64512:100"],
    [" 64512:100 ", "64512:100"],
    ["1:0", "1:0"],
    ["65535:4294967295", "65535:4294967295"],
    ["65536:65535", "65536:65535"],
    ["4294967295:1", "4294967295:1"],
    ["192.0.2.1:65535", "192.0.2.1:65535"],
    ["0.0.0.0:0", "0.0.0.0:0"],
  ] as const)
    assert.equal(readRouteTarget(text), is, text);
  for (const text of [
    "",
    ":",
    "64512",
    "64512:",
    ":100",
    "64512:1:2",
    "target:",
    "target:target:1:1",
    "a:1",
    "1:a",
    "1 :1",
    "0:1",
    "65535:4294967296",
    "65536:65536",
    "4294967296:1",
    "99999999999:1",
    "1:99999999999",
    "064512:1",
    "1:01",
    "-1:1",
    "1:-1",
    "1.5:1",
    "1e3:1",
    "٣:1",
    "0x10:1",
    "10.1.0.256:1",
    "10.1.0:1",
    "10.1.0.1.1:1",
    "010.1.0.1:1",
    "10.1.0.1:65536",
    "fd00::1:1",
  ])
    assert.equal(readRouteTarget(text), undefined, text);
});

test("R07 a list has each target once and names what is none; more than 16 count for nothing", () => {
  assert.deepEqual(readRouteTargets("64512:100, target:64512:100,64512:200"), {
    targets: ["64512:100", "64512:200"],
    faults: [],
  });
  assert.deepEqual(readRouteTargets("`64512:100`"), { targets: ["64512:100"], faults: [] });
  assert.deepEqual(readRouteTargets(""), { targets: [], faults: [] });
  assert.deepEqual(readRouteTargets("64512:100,x,,1:1"), {
    targets: ["64512:100", "1:1"],
    faults: ['"x" is none', '"" is none'],
  });
  const many = (count: number) => Array.from({ length: count }, (_, at) => `64512:${at}`).join(",");
  assert.equal(readRouteTargets(many(16)).targets.length, 16);
  assert.deepEqual(readRouteTargets(many(17)), { targets: [], faults: ["17 are too many"] });
});

test("R07 options and labels add up, each way by itself; what is wrong is named with where it stands", () => {
  assert.deepEqual(
    saidRouteTargets({
      options: { rt: "64512:2,64512:1", "rt.import": "64512:3" },
      labels: { rt: "64512:1", "rt.export": "64512:4,x", RT: "64512:9", team: "64512:8" },
    }),
    {
      imports: ["64512:1", "64512:2", "64512:3"],
      exports: ["64512:1", "64512:2", "64512:4"],
      faults: [
        "label rt.export takes at most 16 route targets with commas between them, each AS:NUMBER, e.g. 64512:100, or " +
          'ADDRESS:NUMBER, e.g. 192.0.2.1:100; "x" is none',
      ],
    },
  );
  assert.deepEqual(saidRouteTargets({ options: {}, labels: {} }), { imports: [], exports: [], faults: [] });
});
