import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { examine } from "../../src/doctor/examine.ts";
import { type Check, fail, ok, warn } from "../../src/doctor/finding.ts";
import { Probe } from "../../src/doctor/probe.ts";
import { Site } from "../../src/doctor/site.ts";

const config = loadConfig("/dev/null", { FAIRWAY_HOST_NAME: "node-1" });

const check = (name: string, look: Check["look"], applies?: Check["applies"]): Check => ({
  name,
  about: "",
  look,
  ...(applies && { applies }),
});

test("O03 a part that hangs is a finding, and holds nobody up", async () => {
  await using site = new Site(config);
  const begun = performance.now();
  const { ok: well, checks } = await examine(
    [
      check("hangs", () => new Promise(() => undefined)),
      check("works", async () => ok("fine")),
      check(
        "elsewhere",
        async () => fail("?", "?"),
        () => false,
      ),
    ],
    site,
    50,
  );
  assert.ok(performance.now() - begun < 1000);
  assert.equal(well, false);
  assert.deepEqual(checks, [
    { check: "hangs", state: "fail", seen: "it does not answer within 0.05 s" },
    { check: "works", state: "ok", seen: "fine" },
  ]);
});

test("O03 what needs a broken part is skipped, so that the broken one alone fails", async () => {
  await using site = new Site(config);
  let looked = 0;
  const part = new Probe("the part", async () => {
    looked++;
    throw new Error("it is broken");
  });
  const { checks } = await examine(
    [
      check("part", async () => {
        await part.see();
        return ok("");
      }),
      check("needs it", async () => {
        await part.need();
        return ok("");
      }),
    ],
    site,
    1000,
  );
  assert.deepEqual(checks, [
    { check: "part", state: "fail", seen: "it is broken" },
    { check: "needs it", state: "skip", seen: "not looked at: the part: it is broken" },
  ]);
  assert.equal(looked, 1, "it was looked at once");
});

test("O03 what only warns is no failure", async () => {
  await using site = new Site(config);
  const { ok: well } = await examine([check("slow", async () => warn("slow", "faster"))], site, 1000);
  assert.equal(well, true);
});
