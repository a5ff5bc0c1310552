import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { TroubleReport, troublesFile } from "../../../src/agent/reports/trouble-report.ts";
import { troubleReport } from "../../../src/center/schemas/trouble.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { Probe } from "../../../src/doctor/probe.ts";
import { Site } from "../../../src/doctor/site.ts";
import { troubles as check } from "../../../src/doctor/troubles.ts";
import { FairwayError } from "../../../src/errors.ts";
import { until } from "../chassis.ts";
import { quiet, StubCenter } from "../stub-center.ts";

const network = "01a2192b-dea9-7532-a4e5-8802592e4eea";

test("O03 what does not work is told to doctor while the center is away, and to the center when it is back", async () => {
  const directory = await mkdtemp(join(tmpdir(), "fairway-troubles-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true }));
  const state = join(directory, "host-state.json");
  class Center extends StubCenter {
    isAway = true;
    override async reportTroubles(...words: Parameters<StubCenter["reportTroubles"]>): Promise<void> {
      if (this.isAway) throw new FairwayError("unavailable", "nobody listens");
      await super.reportTroubles(...words);
    }
  }
  const api = new Center();
  const report = stack.use(
    new TroubleReport({ api, hostName: "h1", file: troublesFile(state), logger: quiet }),
  );
  const config = loadConfig("/dev/null", { FAIRWAY_HOST_NAME: "h1", FAIRWAY_HOST_STATE: state });
  await using site = new Site(config);
  const running = new Proxy(site, {
    get: (target, key) =>
      key === "fairway" ? new Probe("fairway", async () => undefined) : Reflect.get(target, key),
  });
  const examined = () => check.look(running, AbortSignal.timeout(5_000));
  report.troubles.of("uplinks", [{ network, reason: "the way out: \ud83d broken\u0000 text" }]);
  report.troubles.of("names", [{ network, reason: `names: ${"\u{1f433}".repeat(400)}` }]);
  await until("doctor's finding", async () => assert.equal((await examined()).state, "fail"));
  assert.match((await examined()).seen, /^network 01a2192b: the way out: /);
  assert.equal(api.troubles, undefined);
  api.isAway = false;
  const told = await until("the center's word", () => {
    assert.ok(api.troubles);
    return api.troubles.networks;
  });
  assert.equal(told.length, 1, "one reason for each network");
  const whale = "\u{1f433}";
  assert.equal(told[0]?.reason, `the way out: \ufffd broken  text; names: ${whale.repeat(293)}`);
  report.troubles.of("uplinks", []);
  report.troubles.of("names", []);
  await until("the end", async () => assert.equal((await examined()).state, "ok"));
  await until("the center's end", () => assert.deepEqual(api.troubles, { networks: [], endpoints: [] }));
});

test("O03 many long reasons of one network keep nobody else's from the center", async () => {
  const api = new StubCenter();
  await using report = new TroubleReport({ api, hostName: "h1", logger: quiet });
  const other = "01a2192b-dea9-7532-a4e5-8802592e4eeb";
  const whales = "\u{1f433}".repeat(400);
  for (const source of ["uplinks", "host access", "names", "ports"])
    report.troubles.of(source, [{ network, reason: `${source}: ${whales}` }]);
  report.troubles.of("dormant networks", [{ network: other, reason: "no way" }]);
  const told = await until("the center's word", () => {
    assert.equal(api.troubles?.networks.length, 2);
    return api.troubles;
  });
  assert.deepEqual(troubleReport.safeParse(told).error, undefined);
  assert.deepEqual(told?.networks[1], { network: other, reason: "no way" });
});
