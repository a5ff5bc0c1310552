import assert from "node:assert/strict";
import { test } from "node:test";
import { commandTree } from "../../src/cli/command-tree.ts";
import { serve } from "../api/serve.ts";
import { at } from "./run-command.ts";

/** By command line with aliases: the same without. */
const pairs: Readonly<Record<string, string>> = {
  "network list": "network ls",
  "network inspect blue": "network show blue",
  "network delete blue": "network rm blue",
  "network remove blue": "network rm blue",
  "container list": "endpoint ls",
  "container inspect web-1": "endpoint show web-1",
  "host inspect node-1": "host show node-1",
  "host delete node-1": "host rm node-1",
  "port list": "port ls",
  "token remove ffffffff": "token rm ffffffff",
};

for (const [alias, line] of Object.entries(pairs))
  test(`O02 fairway ${alias} is fairway ${line}`, async () => {
    await using served = await serve();
    const outcome = await at(served, alias);
    assert.equal(outcome.status, 0);
    assert.deepEqual(outcome, await at(served, line));
  });

test("O02 every ls, show and rm has its aliases", () => {
  const aliases: Readonly<Record<string, readonly string[]>> = {
    ls: ["list"],
    show: ["inspect"],
    rm: ["delete", "remove"],
  };
  const others: Readonly<Record<string, readonly string[]>> = {
    "fairway endpoint": ["container"],
    // `fairway group remove` takes a member.
    "fairway group rm": ["delete"],
  };
  for (const { words, command } of commandTree())
    assert.deepEqual(command.aliases(), others[words] ?? aliases[command.name()] ?? [], words);
});
