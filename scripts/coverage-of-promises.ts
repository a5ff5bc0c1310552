import { existsSync, readdirSync, readFileSync } from "node:fs";
import { coverage, type Outcome } from "./promise-coverage.ts";

const results = ".cache/promises";
if (!existsSync(results)) {
  console.error("No test has run yet: `make test` first.");
  process.exit(1);
}
const outcomes = readdirSync(results)
  .flatMap((name) => readFileSync(`${results}/${name}`, "utf8").split("\n"))
  .filter((line) => line !== "")
  .map((line): Outcome => JSON.parse(line));
for (const line of coverage(readFileSync("docs/promises.md", "utf8"), outcomes)) console.log(line);
