#!/usr/bin/env node
import { main } from "../src/cli/main.ts";
import { questionOn } from "../src/cli/terminal.ts";
import { nameProcess } from "../src/host/process-name.ts";

nameProcess("fairway");

// `fairway network ls | head -1` is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

process.exitCode = await main(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  isTerminal: process.stdout.isTTY,
  question: questionOn({ input: process.stdin, output: process.stderr }),
  environment: process.env,
  run: async (...args) => (await import("../src/run.ts")).run(...args),
});
