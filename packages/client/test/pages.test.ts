import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { ApiUnderTest } from "../../fairway/test/bad-input/api-under-test.ts";
import { root } from "../../fairway/test/center.ts";

const networks = 10_000;
/** Of its label: all of them together are 20 MB and more. */
const labelLength = 2_000;
/** MiB. Measured were 2.1 by pages, and 25.6 where a reader takes the whole. */
const mostOfReader = 10;
/** MiB. Measured were 2.5 behind a page; pages that were kept would be 20 and more. */
const mostOfCenter = 15;

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");
const run = promisify(execFile);

/** Reads all networks in a process of its own; gives the most that its heap held, MiB. */
async function read(socketPath: string, way: "each" | "whole") {
  const reader = ["--expose-gc", join(import.meta.dirname, "read-all.ts"), `unix:${socketPath}`, way];
  const { count, most } = JSON.parse((await run(process.execPath, reader)).stdout);
  return { count, mebibytes: most / 2 ** 20 };
}

describe(`a list of ${networks} networks`, () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await ApiUnderTest.start();
    const { store, service } = api.center;
    const { uuid } = await service.networks.create({ name: "net-0", subnets: [] }, {}, root);
    const model = store.view.get("Network", uuid) ?? assert.fail("it is there");
    const { _uuid: _, ...columns } = model;
    for (let from = 1; from < networks; from += 1_000)
      await store.change((draft) => {
        for (let at = from; at < Math.min(networks, from + 1_000); at++)
          draft.insert("Network", crypto.randomUUID(), {
            ...columns,
            name: `net-${at}`,
            labels: { purpose: `${at}`.padEnd(labelLength, "x") },
          });
      });
  });
  after(() => api[Symbol.asyncDispose]());

  it("A03 is read page by page in bounded memory, and in order", async (t) => {
    const [paged, whole] = [await read(api.socketPath, "each"), await read(api.socketPath, "whole")];
    t.diagnostic(`${paged.mebibytes.toFixed(1)} MiB by pages, ${whole.mebibytes.toFixed(1)} MiB at once`);
    assert.deepEqual([paged.count, whole.count], [networks, networks]);
    assert.ok(paged.mebibytes < mostOfReader, `${paged.mebibytes} MiB`);
    assert.ok(whole.mebibytes > mostOfReader, "the bound tells them apart");
  });

  it("A03 costs the center one page at a time", async (t) => {
    // The center is at work on other things, too, and keeps some of what it makes: pages that are kept would be there each time.
    const readings = [await mostBehindPages(), await mostBehindPages(), await mostBehindPages()];
    t.diagnostic(`${readings.map((each) => each.toFixed(1)).join(", ")} MiB more after a page`);
    assert.ok(Math.min(...readings) < mostOfCenter, `${readings.join(", ")} MiB`);
  });

  /** Reads all pages; the most that the center's heap held more after one than before all of them, MiB. */
  async function mostBehindPages(): Promise<number> {
    collect();
    const before = process.memoryUsage().heapUsed;
    let [next, most, pages]: [string | undefined, number, number] = ["/v1/networks?limit=500", 0, 0];
    while (next !== undefined) {
      const { body } = await api.send("GET", next);
      const last = JSON.parse(body).at(-1)?.name;
      next = last === undefined ? undefined : `/v1/networks?limit=500&after=${last}`;
      pages++;
      collect();
      most = Math.max(most, process.memoryUsage().heapUsed - before);
    }
    assert.equal(pages, 21);
    return most / 2 ** 20;
  }
});
