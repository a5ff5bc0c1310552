import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import type { Mutant } from "../test/mutants/mutant.ts";
import { copyCheckout, MutantRuns, misfit } from "./mutant-run.ts";
import { readMutants } from "./mutants.ts";

const checkout = resolve(import.meta.dirname, "..");
const product = "export const double = (n: number) => n * 2;\nexport const half = (n: number) => n / 2;\n";
const tests = `import assert from "node:assert/strict";
import { test } from "node:test";
import { double } from "../src/numbers.ts";
test("doubles", () => assert.equal(double(4), 8));
test("red", { skip: true }, () => assert.fail());
`;
const hooked = `import { after, test } from "node:test";
import assert from "node:assert/strict";
import { double } from "../src/numbers.ts";
after(() => assert.equal(double(4), 8));
test("does nothing", () => {});
`;

/** A checkout of two files, and the copy that is broken. */
async function smallCheckout() {
  const root = await mkdtemp(join(tmpdir(), "fairway-mutants-"));
  await mkdir(join(root, "packages/one/src"), { recursive: true });
  await mkdir(join(root, "packages/one/test"), { recursive: true });
  await writeFile(join(root, "package.json"), '{"type":"module"}');
  await writeFile(join(root, "packages/one/src/numbers.ts"), product);
  await writeFile(join(root, "packages/one/test/numbers.test.ts"), tests);
  await writeFile(join(root, "packages/one/test/hooked.test.ts"), hooked);
  const copy = join(root, ".cache/copy");
  await copyCheckout(root, copy);
  const runs = new MutantRuns(copy, () => ({ prefix: [], timeoutMs: 20_000 }));
  return {
    root,
    verdict: async (mutant: Partial<Mutant>) => {
      const defaults = {
        breaks: "",
        file: "packages/one/src/numbers.ts",
        test: "packages/one/test/numbers.test.ts",
      };
      const result = await runs.try(
        { ...defaults, from: "", to: "", ...mutant },
        AbortSignal.timeout(60_000),
      );
      assert.equal(await readFile(join(copy, "packages/one/src/numbers.ts"), "utf8"), product, "undone");
      assert.equal(await readFile(join(root, "packages/one/src/numbers.ts"), "utf8"), product, "untouched");
      return result.verdict;
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}

test("a break is noticed, not noticed, or cannot be judged", async () => {
  await using small = await smallCheckout();
  const { verdict } = small;
  assert.equal(await verdict({ from: "n * 2", to: "n * 3" }), "noticed");
  assert.equal(
    await verdict({ from: "n * 2", to: "n * 3", test: "packages/one/test/hooked.test.ts" }),
    "noticed",
  );
  assert.equal(await verdict({ from: "n / 2", to: "n / 3" }), "NOT NOTICED");
  assert.equal(await verdict({ from: "n * 2", to: "while" }), "noticed");
  assert.equal(await verdict({ from: "n", to: "m" }), "cannot be applied");
  assert.equal(
    await verdict({ from: "n * 2", to: "n", test: "packages/one/test/x.test.ts" }),
    "cannot be applied",
  );
  assert.equal(await verdict({ from: "n * 2", to: "n", title: "^triples" }), "red without the break");
  assert.equal(await verdict({ from: "n * 2", to: "n", title: "^red" }), "red without the break");
});

test("every mutant of the checkout can be applied", async () => {
  const mutants = await readMutants();
  assert.ok(mutants.length > 0);
  const misfits = await Promise.all(
    mutants.map(async (mutant) => ({ breaks: mutant.breaks, reason: await misfit(checkout, mutant) })),
  );
  assert.deepEqual(
    misfits.filter(({ reason }) => reason !== undefined),
    [],
  );
});
