import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { chooseSuites, longestFirst, type Suite, titlesBeginningWith } from "./test-suites.ts";

const suite = (name: string): Suite => ({ name, files: [name], isInTree: false });

test("every end-to-end file is chosen, once, also where it is part of the chain", () => {
  const chosen = chooseSuites({ kinds: ["chain", "e2e"], withoutMixed: false }).map(({ name }) => name);
  assert.deepEqual(chosen.sort(), globSync("test/e2e/**/*.test.ts").sort());
});

test("the files of the chain and of the long run are there", () => {
  const there = globSync("test/e2e/**/*.test.ts");
  for (const { name } of chooseSuites({ kinds: ["chain", "long"], withoutMixed: false }, () => ""))
    assert.ok(there.includes(name), name);
});

test("continuous integration proves end to end every promise that is proved end to end at all", () => {
  const proved = (kind: "ci" | "e2e") => {
    const suites = chooseSuites({ kinds: [kind], withoutMixed: false });
    const titles = suites.flatMap(({ name }) => [
      ...readFileSync(name, "utf8").matchAll(/["`]((?:[A-Z]\d\d )+)/g),
    ]);
    return new Set(titles.flatMap(([, ids = ""]) => ids.trim().split(" ")));
  };
  const [all, byCi] = [proved("e2e"), proved("ci")];
  assert.ok(all.size > 80, `${all.size} promises`);
  assert.deepEqual([...all.difference(byCi)], []);
});

test("an id chooses the files that have a title with it, and its titles alone", () => {
  const read = (file: string) =>
    file.endsWith("/ports.test.ts") ? 'it("N02 N03 a port", …' : 'it("N01 N030, and N03 later", …';
  const chosen = chooseSuites({ kinds: ["e2e"], id: "N03", withoutMixed: false }, read);
  assert.deepEqual(
    chosen.map(({ name }) => name),
    ["test/e2e/ports.test.ts"],
  );
  assert.match("N02 N03 a port", titlesBeginningWith("N03"));
  for (const title of ["N030 a port", "a port N03", "N02 a port, as N03 says"])
    assert.doesNotMatch(title, titlesBeginningWith("N03"));
});

test("hosts of all kinds run with one variant alone: their files do not ask for it", () => {
  const left = chooseSuites({ kinds: ["e2e"], withoutMixed: true }).map(({ name }) => name);
  assert.ok(left.includes("test/e2e/one-host.test.ts"));
  assert.ok(!left.includes("test/e2e/network-removal.test.ts"));
});

test("the longest come first, before them what was never measured", () => {
  const suites = ["short", "long", "new"].map((name) => suite(`test/e2e/${name}.test.ts`));
  assert.deepEqual(
    longestFirst(suites, { short: 3, long: 90 }).map(({ name }) => name),
    ["test/e2e/new.test.ts", "test/e2e/long.test.ts", "test/e2e/short.test.ts"],
  );
});
