import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { Logger } from "../../src/logger.ts";
import { Backoff } from "../../src/runtime/backoff.ts";
import { guarded } from "../../src/runtime/guarded.ts";
import { Loop } from "../../src/runtime/loop.ts";
import { PutAside } from "../../src/runtime/put-aside.ts";

class Log implements Logger {
  readonly lines: string[] = [];
  debug(_: object, message: string): void {
    this.lines.push(`debug ${message}`);
  }
  info(_: object, message: string): void {
    this.lines.push(`info ${message}`);
  }
  warn(_: object, message: string): void {
    this.lines.push(`warn ${message}`);
  }
  error(_: object, message: string): void {
    this.lines.push(`error ${message}`);
  }
  child(): Logger {
    return this;
  }
}

describe("a loop", () => {
  it("runs one at a time, and once more for all occasions that came during a run", async () => {
    const runs: PromiseWithResolvers<void>[] = [];
    await using loop = new Loop({
      name: "test",
      work: () => {
        const run = Promise.withResolvers<void>();
        runs.push(run);
        return run.promise;
      },
      logger: new Log(),
    });
    loop.soon();
    loop.soon();
    await turn();
    assert.equal(runs.length, 1);
    for (let count = 0; count < 5; count++) loop.soon();
    await turn();
    assert.equal(runs.length, 1);
    runs[0]?.resolve();
    await turn();
    assert.equal(runs.length, 2);
    runs[1]?.resolve();
    await loop.idle();
    assert.equal(runs.length, 2);
  });

  it("tries again after pauses that double, which occasions do not shorten", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
    const log = new Log();
    let runs = 0;
    let fails = true;
    await using loop = new Loop({
      name: "test",
      work: async () => {
        runs++;
        if (fails) throw new Error("no luck");
      },
      backoff: { firstMs: 100, longestMs: 400 },
      logger: log,
    });
    loop.soon();
    await loop.idle();
    assert.equal(runs, 1);
    assert.equal(loop.failure, "no luck");
    for (let count = 0; count < 1_000; count++) loop.soon();
    await turn();
    assert.equal(runs, 1, "occasions wait for the end of the pause");
    for (const pauseMs of [100, 200, 400, 400]) {
      const before: number = runs;
      context.mock.timers.tick(pauseMs * 0.74);
      await turn();
      assert.equal(runs, before);
      context.mock.timers.tick(pauseMs * 0.26 + 1);
      await turn();
      assert.equal(runs, before + 1);
    }
    fails = false;
    loop.retryNow();
    await loop.idle();
    assert.equal(loop.failure, undefined);
    const tried = "failed; it is tried again";
    assert.deepEqual(log.lines, [`warn ${tried}`, ...Array(4).fill(`debug ${tried}`), "info works again"]);
  });

  it("begins its back-off anew where a run that goes on for long says that it works", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
    const log = new Log();
    let runs = 0;
    await using loop = new Loop({
      name: "test",
      work: async () => {
        if (++runs === 3) loop.progressed();
        throw new Error("no luck");
      },
      backoff: { firstMs: 100, longestMs: 400 },
      logger: log,
    });
    loop.soon();
    await loop.idle();
    for (const pauseMs of [100, 200, 100, 200]) {
      context.mock.timers.tick(pauseMs * 0.74);
      await turn();
      const before: number = runs;
      context.mock.timers.tick(pauseMs * 0.26 + 1);
      await turn();
      assert.equal(runs, before + 1);
    }
    const [tried, again] = ["warn failed; it is tried again", "debug failed; it is tried again"];
    assert.deepEqual(log.lines, [tried, again, "info works again", tried, again, again]);
  });

  it("runs regularly, and not after it was disposed", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
    let runs = 0;
    let seen: AbortSignal | undefined;
    const loop = new Loop({
      name: "test",
      work: (signal) => {
        seen = signal;
        runs++;
      },
      periodMs: 1_000,
      logger: new Log(),
    });
    context.mock.timers.tick(1_000);
    await loop.idle();
    context.mock.timers.tick(1_000);
    await loop.idle();
    assert.equal(runs, 2);
    await loop[Symbol.asyncDispose]();
    assert.equal(seen?.aborted, true);
    loop.soon();
    loop.retryNow();
    context.mock.timers.tick(10_000);
    await turn();
    assert.equal(runs, 2);
  });

  it("runs after a while, of several whiles the shortest", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
    let runs = 0;
    const work = () => void runs++;
    await using loop = new Loop({ name: "test", work, logger: new Log() });
    loop.after(500);
    loop.after(200);
    loop.after(300);
    for (const [ms, expected] of [
      [199, 0],
      [1, 1],
      [1_000, 1],
    ] as const) {
      context.mock.timers.tick(ms);
      await loop.idle();
      assert.equal(runs, expected);
    }
  });

  it("takes work that throws at once as it takes work that rejects", async () => {
    const log = new Log();
    await using loop = new Loop({
      name: "test",
      work: () => {
        throw new Error("at once");
      },
      logger: log,
    });
    loop.soon();
    await loop.idle();
    assert.equal(loop.failure, "at once");
  });
});

describe("a back-off", () => {
  it("doubles from the first pause to the longest, and begins anew after a success", () => {
    const backoff = new Backoff({ firstMs: 10, longestMs: 50 }, () => 0);
    assert.deepEqual(
      [1, 2, 3, 4].map(() => backoff.failed()),
      [10, 20, 40, 50],
    );
    backoff.reset();
    assert.equal(backoff.failed(), 10);
  });
});

describe("items put aside", () => {
  it("come back each after its own pause", () => {
    let now = 0;
    const aside = new PutAside<string>({ firstMs: 100, longestMs: 1_000 }, () => now);
    assert.equal(aside.nextDueMs, undefined);
    assert.equal(aside.failed("a", "refused"), true);
    assert.equal(aside.failed("a", "refused"), false);
    assert.equal(aside.isDue("a"), false);
    assert.equal(aside.isDue("b"), true);
    now = 50;
    assert.equal(aside.failed("b", "refused"), true);
    now = 150;
    assert.deepEqual([aside.isDue("a"), aside.isDue("b")], [now > 200, true]);
    assert.equal(aside.nextDueMs, 0);
    assert.equal(aside.failed("b", "other"), true);
    assert.deepEqual(
      [...aside.reasons],
      [
        ["a", "refused"],
        ["b", "other"],
      ],
    );
    assert.equal(aside.succeeded("b"), true);
    assert.equal(aside.succeeded("b"), false);
    aside.retryNow();
    assert.equal(aside.isDue("a"), true);
    assert.equal(aside.reasons.size, 1);
    aside.failed("c", "refused");
    aside.keep(new Set(["c", "d"]));
    assert.deepEqual([...aside.reasons.keys()], ["c"]);
  });
});

describe("a guarded callback", () => {
  it("neither throws nor rejects", async () => {
    const log = new Log();
    const inner = mock.fn<(value: number) => void>();
    guarded("test", log, inner)(7);
    assert.deepEqual(inner.mock.calls[0]?.arguments, [7]);
    guarded("test", log, () => {
      throw new Error("at once");
    })();
    guarded("test", log, async () => {
      throw new Error("later");
    })();
    await turn();
    assert.deepEqual(log.lines, ["error a callback failed", "error a callback failed"]);
  });
});
