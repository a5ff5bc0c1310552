import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { offerNames } from "../../src/cluster/engine-dns.ts";

describe("Docker's dns setting", () => {
  let file: string;
  beforeEach(async () => {
    file = join(await mkdtemp(join(tmpdir(), "fairway-dns-")), "daemon.json");
  });
  afterEach(() => rm(dirname(file), { recursive: true }));

  test("without leave nothing is changed, and what to do is said", async () => {
    const [advice = "", ...others] = await offerNames(false, file);
    assert.match(
      advice,
      /put "dns": \["169\.254\.53\.53"\] into \S+daemon\.json \(or give --dns here\), then restart/,
    );
    assert.deepEqual(others, []);
    await assert.rejects(readFile(file));
  });

  test("with leave the agent becomes the first server, and everything else stays", async () => {
    await writeFile(file, '{"dns": ["192.0.2.53"], "live-restore": true}');
    assert.match((await offerNames(true, file)).join(), /takes effect when you restart Docker/);
    assert.deepEqual(JSON.parse(await readFile(file, "utf8")), {
      dns: ["169.254.53.53", "192.0.2.53"],
      "live-restore": true,
    });
    assert.deepEqual(await offerNames(false, file), [], "there is nothing left to do");
  });

  test("a file that is no JSON object is left alone, and named", async () => {
    for (const text of ["{", "[]"]) {
      await writeFile(file, text);
      await assert.rejects(offerNames(true, file), {
        code: "conflict",
        message: /^\S+daemon\.json .*; mend it first$/,
      });
      assert.equal(await readFile(file, "utf8"), text);
    }
  });
});
