import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { createNetwork, removeAll } from "./docker-network.ts";
import { variant } from "./settings.ts";

const file = "/etc/fairway/fairway.yaml";

describe(`the configuration of a host with the engine of ${variant}`, () => {
  let lab: Lab;
  let h1: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 1, variant });
    h1 = lab.host("h1");
    await startFairway(lab, { log: { level: "info", format: "json" } });
  });
  after(() => lab[Symbol.asyncDispose]());

  async function logged(): Promise<readonly { level: string; msg: string }[]> {
    const lines = (await h1.sh("cat /var/log/fairway.log")).split("\n");
    return lines.map((line) => JSON.parse(line));
  }

  /** What `docker network create` leaves in the log that only the level debug tells. */
  async function debugLines(): Promise<number> {
    await createNetwork(h1, "blue");
    await removeAll(h1, [], ["blue"]);
    return (await logged()).filter(({ level }) => level === "debug").length;
  }

  async function reload(from: string, to: string): Promise<void> {
    const before = (await logged()).length;
    await h1.sh(`sed -i 's/${from}/${to}/' ${file}`);
    await h1.daemon("fairway").kill("SIGHUP");
    await until("fairway to have read it", async () =>
      (await logged()).slice(before).some(({ msg }) => /configuration/.test(msg)),
    );
  }

  it("O01 the log's level changes without a restart", async () => {
    const { pid } = h1.daemon("fairway");
    assert.equal(await debugLines(), 0);
    await reload('"info"', '"debug"');
    assert.ok((await debugLines()) > 0);
    await reload('"debug"', '"info"');
    const soFar = await debugLines();
    assert.equal(await debugLines(), soFar);
    assert.equal(h1.daemon("fairway").pid, pid);
  });

  it("O01 a wrong configuration is named with its line, and changes nothing in what runs", async () => {
    await reload('"info"', '"loud"');
    const { msg, fault } = Object.assign(
      { fault: "" },
      (await logged()).findLast(({ level }) => level === "error"),
    );
    assert.match(msg, /nothing changed/);
    assert.match(fault, /fairway\.yaml:\d+:\d+: log\.level must be one of/);
    const { stdout, code } = await h1.run(["fairway", "config", "check"], { check: false });
    assert.equal(code, 1);
    assert.match(
      stdout,
      /^\/etc\/fairway\/fairway\.yaml:\d+:\d+: log\.level must be one of .*; it is "loud"\n$/,
    );
    await createNetwork(h1, "blue");
    await removeAll(h1, [], ["blue"]);
    await reload('"loud"', '"info"');
    assert.match((await h1.run(["fairway", "config", "check"])).stdout, /^ok\n/);
  });
});
