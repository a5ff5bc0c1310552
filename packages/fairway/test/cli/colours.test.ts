import assert from "node:assert/strict";
import { test } from "node:test";
import { block, table } from "../../src/cli/text.ts";
import { samples, uuidOf } from "../api/sample-objects.ts";
import { serve } from "../api/serve.ts";
import { at } from "./run-command.ts";

const ill = { ...samples.network, uuid: uuidOf("9"), name: "red", status: { "on h2": "no way out" } };
const goes = { ...samples.network, uuid: uuidOf("8"), name: "old", status: { removal: "being removed" } };
const serveThree = () => serve({ networks: { list: () => [samples.network, goes, ill] } });
const escape = "\u001b[";

test("O02 on a terminal states have colours, and what fails comes first", async () => {
  await using served = await serveThree();
  const { out } = await at(served, "network ls", { isTerminal: true });
  const lines = out.trimEnd().split("\n");
  assert.equal(lines[0], "NAME  ID            MODE  SCOPE    SUBNETS      ENDPOINTS  STATUS");
  const states = [
    ["red", `${escape}31mon h2: no way out${escape}39m`],
    ["blue", `${escape}32mok${escape}39m`],
    ["old", `${escape}33mremoval: being removed${escape}39m`],
  ] as const;
  for (const [index, [name, state]] of states.entries()) {
    const line = lines[index + 1] ?? "";
    assert.ok(line.startsWith(`${name} `) && line.endsWith(` ${state}`), line);
  }
});

test("O02 without a terminal, with NO_COLOR, on a dumb terminal and in JSON there is no colour", async () => {
  await using served = await serveThree();
  const plain = await at(served, "network ls");
  assert.ok(!plain.out.includes(escape));
  for (const environment of [{ NO_COLOR: "1" }, { TERM: "dumb" }])
    assert.deepEqual(await at(served, "network ls", { isTerminal: true, environment }), plain);
  const empty = await at(served, "network ls", { isTerminal: true, environment: { NO_COLOR: "" } });
  assert.ok(empty.out.includes(escape), "an empty NO_COLOR says nothing");
  assert.ok(!(await at(served, "-o json network ls", { isTerminal: true })).out.includes(escape));
});

test("O02 colours move no column, and a name brings none of its own", () => {
  const rows = [
    [{ text: "down", tone: "bad" }, "a"],
    [{ text: "\u001b[31mup", tone: "good" }, "b"],
  ] as const;
  const paint = (text: string) => `<${text}>`;
  assert.equal(table(["STATE", "NAME"], rows, paint), "STATE    NAME\n<down>     a\n<?[31mup>  b");
  assert.equal(block([["status", { text: "ok", tone: "good" }]], paint), "status:  <ok>");
});
