import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A call as an engine made it and as the recording plugin answered it. */
export interface RecordedCall {
  readonly method: string;
  readonly scenario: string;
  /** null: an empty body. */
  readonly request: unknown;
  /** A text where the plugin closed the connection. */
  readonly status: number | string;
  readonly response: unknown;
}

/** A distinct request, and the engines that sent one like it. */
export type DistinctRequest = RecordedCall & { readonly engines: readonly string[] };

/** A call of a main scenario, in its order. */
export type ScenarioCall = RecordedCall & { readonly engine: string };

export function readRequests(): DistinctRequest[] {
  return readLines("requests.jsonl") as DistinctRequest[];
}

export function readScenarios(): ScenarioCall[] {
  return readLines("scenarios.jsonl") as ScenarioCall[];
}

function readLines(name: string): unknown[] {
  const lines = readFileSync(join(import.meta.dirname, "fixtures", name), "utf8")
    .trim()
    .split("\n");
  return lines.map((line): unknown => JSON.parse(line));
}
