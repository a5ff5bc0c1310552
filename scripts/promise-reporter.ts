import { relative } from "node:path";
import type { TestEvent } from "node:test/reporters";

/** How many tests of a run came out how. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * A reporter of node:test: a JSON line for each promise whose id stands at the beginning of a test's title, and at the end of
 * the run one with its counts. A test that was cancelled has failed, and so has a file one of whose hooks did: Node does not count it.
 */
export default async function* promiseReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let failedHooks = 0;
  let files = 0;
  for await (const { type, data } of source) {
    if (type === "test:fail" && isOfHook(data.details.error)) failedHooks++;
    if (type === "test:summary" && data.file === undefined) {
      const { skipped, todo } = data.counts;
      const [passed, tests] = [data.counts.passed - files, data.counts.tests - files];
      const failed = Math.max(tests - passed - skipped - todo, failedHooks);
      const counts: Counts = { passed, failed, skipped: skipped + todo };
      yield `${JSON.stringify({ counts })}\n`;
    }
    if (type !== "test:pass" && type !== "test:fail") continue;
    if (type === "test:pass" && isFile(data)) files++;
    const ids = /^(?:[A-Z]\d\d )+/.exec(data.name)?.[0].trim().split(" ") ?? [];
    const skipped = data.skip !== undefined || data.todo !== undefined;
    const result = type === "test:fail" ? "fail" : skipped ? "skipped" : "pass";
    const file = relative(process.cwd(), data.file ?? "");
    for (const id of ids) yield `${JSON.stringify({ id, result, file, title: data.name })}\n`;
  }
}

/** A file of which no title matched passes as a test of its own. */
function isFile({ name, nesting, file }: { name: string; nesting: number; file?: string }): boolean {
  return nesting === 0 && file !== undefined && relative(process.cwd(), file) === relative(".", name);
}

/** What node:test says beside the error: `testCodeFailure`, `hookFailed`, … */
function isOfHook(error: Error): boolean {
  return "failureType" in error && error.failureType === "hookFailed";
}
