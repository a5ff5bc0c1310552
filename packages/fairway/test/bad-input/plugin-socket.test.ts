import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { bodylessMethods, methodNames } from "../../../docker-plugin/test/method-names.ts";
import { ApiClient } from "../../src/api/client.ts";
import { startDockerEdge } from "../../src/docker/start.ts";
import { Ending } from "../../src/runtime/ending.ts";
import { StubAgent } from "../docker/stub-agent.ts";
import { ApiUnderTest, postRaw, silent } from "./api-under-test.ts";
import { cases, type Known } from "./plugin-requests.ts";

/** Bodies that no method takes. */
const noRequests: Readonly<Record<string, string>> = {
  "an empty body": "",
  "broken JSON": '{"NetworkID":',
  "a list": "[]",
  "a number": "7",
  null: "null",
};

describe("bad input to the plugin's socket", () => {
  const stack = new AsyncDisposableStack();
  let api: ApiUnderTest;
  let known: Known;
  let socket: string;
  before(async () => {
    const directory = await mkdtemp(join(tmpdir(), "fairway-bad-input-"));
    stack.defer(() => rm(directory, { recursive: true }));
    api = stack.use(await ApiUnderTest.start());
    const blue = await api.center.network("node-1", "10.1.0.0/24");
    known = { blue, web: await api.center.endpoint("node-1", blue) };
    socket = join(directory, "fairway.sock");
    stack.use(
      await startDockerEdge({
        api: stack.use(new ApiClient({ target: `unix:${api.socketPath}` })),
        agent: new StubAgent(),
        hostName: "node-1",
        pluginSocket: socket,
        // Nobody is there: what an engine tells of itself is not the subject.
        engineSocket: join(directory, "docker.sock"),
        logger: silent,
        mirror: true,
        ending: new Ending(new AbortController().signal, 0),
      }),
    );
  });
  after(() => stack.disposeAsync());

  /** An error is one line in `Err`, which Docker shows to a person; an IPAM driver's stands in `Error` too. */
  async function assertAnswer(method: string, body: string, error: RegExp | null): Promise<void> {
    const rowsBefore = api.rows();
    const { status, body: text } = await postRaw(socket, `/${method}`, body);
    const answer = JSON.parse(text);
    if (error === null) assert.deepEqual([status, answer.Err], [200, undefined], text);
    else {
      assert.ok(status === 400 || status === 500, text);
      assert.match(answer.Err, error);
      assert.doesNotMatch(answer.Err, /\n/);
      assert.ok(answer.Err.length < 1000, "in few words");
      if (method.startsWith("IpamDriver.")) assert.equal(answer.Error, answer.Err);
    }
    assert.equal(api.rows(), rowsBefore, "nothing changed");
  }

  for (const method of methodNames.filter((method) => !bodylessMethods.has(method))) {
    test(`D17 ${method}: a bad request gets a clear error and changes nothing`, async (t) => {
      for (const [what, body] of Object.entries(noRequests))
        await t.test(what, () => assertAnswer(method, body, /./));
      const own = cases[method];
      assert.ok(own !== undefined, `say what ${method} does not take`);
      for (const [what, request, error] of own(known))
        await t.test(what, () => assertAnswer(method, JSON.stringify(request), error));
    });
  }

  for (const method of bodylessMethods) {
    test(`D17 ${method} answers the same, whatever is sent`, async () => {
      for (const body of Object.values(noRequests)) {
        const { status } = await postRaw(socket, `/${method}`, body);
        assert.ok(status === 200 || status === 400, `${status} for ${body}`);
      }
      assert.equal((await postRaw(socket, `/${method}`, "")).status, 200);
    });
  }
});
