import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { answerBy } from "../../../src/api/vlcp/calls.ts";
import { keepVlcp } from "../../../src/api/vlcp/keep.ts";
import { withPortOwner } from "../../../src/cluster/port-in-use.ts";
import type { Logger } from "../../../src/logger.ts";
import { TestCenter, until } from "../../center.ts";

test("A01 a port that somebody has, as VLCP before a migration ends, is named and waited for", async (t) => {
  await using center = await TestCenter.start();
  const other = createServer();
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  t.after(() => void other.close());
  const bound = other.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  const lines: string[] = [];
  const note = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { debug: note, info: note, warn: note, error: note, child: () => logger };
  await using _api = keepVlcp({ answer: answerBy(center.service), logger, port, withPortOwner });
  await until(() => lines.some((line) => line.includes(`(process ${process.pid}) listens on port ${port}`)));
  await new Promise((resolve) => other.close(resolve));
  await until(() => lines.some((line) => line.includes("VLCP's calls are served")));
  const answer = await fetch(`http://127.0.0.1:${port}/viperflow/listsubnets`);
  assert.deepEqual(await answer.json(), { result: [] });
});
