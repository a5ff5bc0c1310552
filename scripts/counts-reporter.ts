import type { TestEvent } from "node:test/reporters";

/** How many tests of a run came out how. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A reporter of node:test: one JSON line at the end of a whole run. A test that was cancelled has failed. */
export default async function* countsReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of source) {
    if (type !== "test:summary" || data.file !== undefined) continue;
    const { passed, skipped, cancelled, todo, tests } = data.counts;
    const failed = tests - passed - skipped - todo;
    const counts: Counts = { passed, failed: Math.max(failed, cancelled), skipped: skipped + todo };
    yield JSON.stringify(counts);
  }
}
