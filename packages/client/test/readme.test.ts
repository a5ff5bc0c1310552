import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { block, exampleRuns } from "./readme-example.ts";

test("A03 the README's example prints what the README says, against a center", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "fairway-readme-"));
  const library = join(import.meta.dirname, "../src/node/index.ts");
  const example = join(directory.path, "example.ts");
  await writeFile(join(directory.path, "package.json"), '{"type":"module"}');
  await writeFile(example, (await block("ts")).replace("@fairway/client/node", library));
  await exampleRuns(process.execPath, example);
});
