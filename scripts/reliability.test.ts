import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";

const checkout = resolve(import.meta.dirname, "..");
const sources = globSync(["packages/*/{test,bench}/**/*.ts", "test/**/*.ts", "scripts/*.ts"], {
  cwd: checkout,
});

/** The last cell of each row of a page that begins with a date: what shows that the fault is mended. */
function proofsOf(page: string): readonly string[] {
  const rows = page.split("\n").filter((line) => /^\| \d{4}-\d\d-\d\d \|/.test(line));
  return rows.map((row) => row.slice(0, row.lastIndexOf(" |")).split(" | ").at(-1) ?? "");
}

/** `a/{b,c}.ts` as paths. */
function expanded(path: string): readonly string[] {
  const [, before = "", choices, after = ""] = /^(.*)\{(.*)\}(.*)$/.exec(path) ?? [];
  return choices === undefined ? [path] : choices.split(",").map((choice) => `${before}${choice}${after}`);
}

/** The test files of a proof, each by its whole path, and what it quotes of them. Commands are neither. */
function namedIn(proof: string) {
  const spans = [...proof.matchAll(/`([^`]+)`/g)].map(([, span = ""]) => span);
  const paths = spans.flatMap((span) => span.match(/\S+\.ts\b/g) ?? []).flatMap(expanded);
  const files = paths.map((path) =>
    sources.find((source) => source === path || source.endsWith(`/${path}`) || source === `scripts/${path}`),
  );
  const isTitle = (span: string) => !/^(make|node|lab|fairway) |^ID=|\.(ts|sh)\b/.test(span);
  const quoted = [...proof.matchAll(/"([^"]+)"/g)].map(([, title = ""]) => title);
  return { paths, files, titles: [...quoted, ...spans.filter(isTitle)] };
}

test("what docs/reliability.md says that a fault is shown by is there: files, and titles in them", () => {
  const proofs = proofsOf(readFileSync(join(checkout, "docs/reliability.md"), "utf8"));
  assert.ok(proofs.length > 100, `${proofs.length} rows`);
  for (const proof of proofs) {
    const { paths, files, titles } = namedIn(proof);
    for (const [at, file] of files.entries())
      if (paths[at]?.endsWith(".test.ts")) assert.ok(file, `no file ${paths[at]}, of: ${proof}`);
    const texts = files.map((file) => (file === undefined ? "" : readFileSync(join(checkout, file), "utf8")));
    for (const title of files.length === 0 ? [] : titles)
      assert.ok(
        texts.some((text) => text.includes(title)),
        `"${title}" is in none of ${files.join(", ")}`,
      );
  }
});
