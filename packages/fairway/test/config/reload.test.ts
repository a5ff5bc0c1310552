import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { LevelledLogger } from "../../src/config/logger.ts";
import { reloadOnHangup } from "../../src/config/reload.ts";
import type { Config } from "../../src/config/schema.ts";
import { FairwayError } from "../../src/errors.ts";

const running = loadConfig("/dev/null", { FAIRWAY_HOST_NAME: "node-1" });

/** What a program that runs with `running` logs after a SIGHUP, and its level then. */
async function afterHangup(readAgain: () => Promise<Config>): Promise<{ lines: string[]; level: string }> {
  const lines: string[] = [];
  const told = Promise.withResolvers<void>();
  const sink = {
    write: (line: string) => {
      const { time: _time, level: _level, ...rest } = JSON.parse(line);
      lines.push(JSON.stringify(rest));
      setImmediate(told.resolve);
    },
  };
  const logger = LevelledLogger.create({ level: "info", format: "json" }, sink);
  using _ = reloadOnHangup(running, readAgain, logger);
  process.emit("SIGHUP");
  await told.promise;
  return { lines, level: logger.level };
}

test("O01 SIGHUP: the log's level takes effect at once, other keys are named", async () => {
  const changed = { ...running, log: { level: "debug", format: "json" } } as const;
  assert.deepEqual(await afterHangup(async () => changed), {
    level: "debug",
    lines: [
      '{"logged":"debug","msg":"configuration read again"}',
      '{"keys":["log.format"],"msg":"these keys take effect after a restart"}',
    ],
  });
});

test("O01 SIGHUP with a wrong configuration changes nothing and names every fault", async () => {
  const refuse = () => Promise.reject(new FairwayError("invalid", "f.yaml:1:1: this\nf.yaml:2:1: that"));
  assert.deepEqual(await afterHangup(refuse), {
    level: "info",
    lines: [
      '{"fault":"f.yaml:1:1: this","msg":"the configuration is wrong; nothing changed"}',
      '{"fault":"f.yaml:2:1: that","msg":"the configuration is wrong; nothing changed"}',
    ],
  });
});
