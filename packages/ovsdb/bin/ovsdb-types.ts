#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { generateTypes } from "../src/generate.ts";

const usage = "Usage: ovsdb-types SCHEMA.ovsschema [--tables TABLE,...]\n";

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { tables: { type: "string" } },
  });
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) throw new Error("one schema is needed");
  process.stdout.write(generateTypes(JSON.parse(readFileSync(file, "utf8")), values.tables?.split(",")));
} catch (error) {
  process.stderr.write(`ovsdb-types: ${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exitCode = 1;
}
