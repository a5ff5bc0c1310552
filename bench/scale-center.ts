import { monitorEventLoopDelay } from "node:perf_hooks";
import { writeHeapSnapshot } from "node:v8";
import { loadConfig } from "../packages/fairway/src/config/load.ts";
import type { Logger } from "../packages/fairway/src/logger.ts";
import { startCenter } from "../packages/fairway/src/start-center.ts";

/** What the center's process tells the one that measures it. */
export type CenterMessage =
  | { readonly kind: "serving" }
  | { readonly kind: "log"; readonly level: string; readonly message: string; readonly fields: object }
  /** Of the event loop since the last time that it was asked for, ms; the sampling's own interval is taken off. */
  | { readonly kind: "delay"; readonly p50: number; readonly p99: number; readonly max: number }
  /** What JavaScript's objects take right after a garbage collection, MiB. */
  | { readonly kind: "heap"; readonly usedMiB: number };

/** What it is asked. A snapshot is a file for the memory panel of Chrome's developer tools. */
export type CenterQuestion =
  | { readonly ask: "delay" }
  | { readonly ask: "heap"; readonly snapshot: string | undefined };

/** How often the event loop is looked at, ms. */
const resolution = 5;
const nanosecondsPerMs = 1e6;

const delay = monitorEventLoopDelay({ resolution });
delay.enable();
const central = await startCenter(loadConfig(process.argv[2]), logger());
tell({ kind: "serving" });

process.on("message", (question: CenterQuestion) => {
  if (question.ask === "delay") tellDelay();
  else tellHeap(question.snapshot);
});
// Whoever measures is gone.
process.once("disconnect", () => process.exit(1));
process.once("SIGTERM", () => {
  void central[Symbol.asyncDispose]().then(() => process.exit(0));
});

function tellDelay(): void {
  const ms = (nanoseconds: number) => Math.max(0, nanoseconds / nanosecondsPerMs - resolution);
  tell({ kind: "delay", p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) });
  delay.reset();
}

/** The process was started with `--expose-gc`. */
function tellHeap(snapshot: string | undefined): void {
  globalThis.gc?.();
  tell({ kind: "heap", usedMiB: process.memoryUsage().heapUsed / 2 ** 20 });
  if (snapshot !== undefined) writeHeapSnapshot(snapshot);
}

function tell(message: CenterMessage): void {
  process.send?.(message);
}

function logger(): Logger {
  const at = (level: string) => (fields: object, message: string) =>
    tell({ kind: "log", level, message, fields });
  return {
    debug: () => undefined,
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: logger,
  };
}
