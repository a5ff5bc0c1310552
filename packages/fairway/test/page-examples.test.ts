import assert from "node:assert/strict";
import { globSync, mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { registry } from "../src/api/registry.ts";
import { check } from "../src/check.ts";
import { readManifests } from "../src/cli/manifest/read-manifest.ts";
import { loadConfig } from "../src/config/load.ts";

const checkout = resolve(import.meta.dirname, "../../..");
const pages = globSync(["README.md", "docs/*.md"], { cwd: checkout }).sort();

interface Example {
  readonly page: string;
  readonly text: string;
  /** The last line above it that is not empty. */
  readonly above: string;
}

/** The blocks of a language on all pages. */
function examples(language: "json" | "yaml"): readonly Example[] {
  return pages.flatMap((page) => {
    const blocks = readFileSync(resolve(checkout, page), "utf8").matchAll(
      new RegExp(`^([^\\n]*)\\n+\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"),
    );
    return Array.from(blocks, ([, before = "", text = ""]) => ({
      page,
      text,
      above: before,
    }));
  });
}

/** Throws where a file of YAML is neither a configuration nor a manifest of Fairway's as it says. Compose files are brought up by test/e2e/docs-use.test.ts. */
function judgeYaml(text: string): "compose" | "manifest" | "configuration" {
  if (/^services:$/m.test(text)) return "compose";
  if (/^kind: /m.test(text)) {
    readManifests([{ file: "net.yaml", text }]);
    return "manifest";
  }
  using directory = mkdtempDisposableSync(join(tmpdir(), "fairway-pages-"));
  const file = join(directory.path, "fairway.yaml");
  writeFileSync(file, text);
  loadConfig(file, {});
  return "configuration";
}

/** What is wrong with a request of the page that its heading names: `POST /v1/networks`. */
function faultsOfRequest({ above, text }: Pick<Example, "above" | "text">): readonly string[] {
  const [, method, url] = /^`([A-Z]+) (\/v1\/\S+)`$/.exec(above) ?? [];
  const operation = registry.find((each) => each.method === method && each.url === url);
  if (operation?.body === undefined) return [`${above} takes no body`];
  const checked = check(operation.body, JSON.parse(text));
  return checked.ok ? [] : checked.faults.map(({ message }) => message);
}

test("A03 every JSON of a page is a request that the API takes", () => {
  const found = examples("json");
  assert.ok(found.length > 20, "they are found");
  for (const example of found)
    assert.deepEqual(faultsOfRequest(example), [], `${example.page}: ${example.above}`);
});

test("O01 A08 every YAML of a page is a configuration, a manifest or a Compose file", () => {
  const kinds = examples("yaml").map(({ page, text }) => {
    assert.doesNotThrow(() => judgeYaml(text), page);
    return judgeYaml(text);
  });
  for (const kind of ["configuration", "manifest", "compose"] as const) assert.ok(kinds.includes(kind), kind);
});

test("a wrong example is found", () => {
  assert.throws(() => judgeYaml("docker:\n  miror: false\n"), /miror/);
  assert.throws(() => judgeYaml("kind: Network\nname: blue\nmode: isolatd\n"), /isolatd/);
  assert.notDeepEqual(faultsOfRequest({ above: "`POST /v1/networks`", text: '{"nam": "blue"}' }), []);
  assert.notDeepEqual(faultsOfRequest({ above: "`GET /v1/networks`", text: "{}" }), []);
  assert.deepEqual(faultsOfRequest({ above: "`POST /v1/networks`", text: '{"name": "blue"}' }), []);
});
