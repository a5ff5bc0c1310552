import { monitorEventLoopDelay } from "node:perf_hooks";
import { loadConfig } from "../packages/fairway/src/config/load.ts";
import type { Logger } from "../packages/fairway/src/logger.ts";
import { startCenter } from "../packages/fairway/src/start-center.ts";

/** What the center's process tells the one that measures it. */
export type CenterMessage =
  | { readonly kind: "serving" }
  | { readonly kind: "log"; readonly level: string; readonly message: string; readonly fields: object }
  /** Of the event loop since the last time that it was asked for, ms; the sampling's own interval is taken off. */
  | { readonly kind: "delay"; readonly p50: number; readonly p99: number; readonly max: number };

/** How often the event loop is looked at, ms. */
const resolution = 5;
const nanosecondsPerMs = 1e6;

const delay = monitorEventLoopDelay({ resolution });
delay.enable();
const central = await startCenter(loadConfig(process.argv[2]), logger());
tell({ kind: "serving" });

process.on("message", () => {
  const ms = (nanoseconds: number) => Math.max(0, nanoseconds / nanosecondsPerMs - resolution);
  tell({ kind: "delay", p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) });
  delay.reset();
});
// Whoever measures is gone.
process.once("disconnect", () => process.exit(1));
process.once("SIGTERM", () => {
  void central[Symbol.asyncDispose]().then(() => process.exit(0));
});

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
