import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

/** Loaded into the process that is measured: upon SIGUSR2 it writes what the event loop's delay was since the last time, ms. */
const resolution = 5;
const nanosecondsPerMs = 1e6;

if (process.argv.includes("run")) {
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  process.on("SIGUSR2", () => {
    const ms = (nanoseconds: number) => Math.max(0, nanoseconds / nanosecondsPerMs - resolution);
    const told = { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) };
    delay.reset();
    writeFileSync("/run/fairway/event-loop-delay.json", JSON.stringify(told));
  });
}
