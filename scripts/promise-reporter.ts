import { relative } from "node:path";
import type { TestEvent } from "node:test/reporters";

/** A reporter of node:test: a JSON line for each test whose title begins with a promise's id. */
export default async function* promiseReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of source) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const [id] = /^[A-Z]\d\d(?= )/.exec(data.name) ?? [];
    if (id === undefined) continue;
    const skipped = data.skip !== undefined || data.todo !== undefined;
    const result = type === "test:fail" ? "fail" : skipped ? "skipped" : "pass";
    const file = relative(process.cwd(), data.file ?? "");
    yield `${JSON.stringify({ id, result, file, title: data.name })}\n`;
  }
}
