import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { main } from "../../src/cli/main.ts";

const run = promisify(execFile);

async function script(shell: string): Promise<string> {
  let out = "";
  const surroundings = {
    out: (text: string) => void (out += text),
    err: () => undefined,
    environment: {},
    run: () => Promise.reject(new Error("not asked for")),
  };
  assert.equal(await main(["completion", shell], surroundings), 0);
  return out;
}

/** What bash offers for the last of these words. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const line = `${await script("bash")}
    COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}
    _fairway; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run("bash", ["-c", line]);
  return stdout.split("\n").filter((word) => word !== "");
}

test("O02 bash completes commands, options and their values", async () => {
  assert.deepEqual(await offered("fairway", "net"), ["network"]);
  assert.deepEqual((await offered("fairway", "network", "")).slice(0, 2), ["ls", "show"]);
  assert.deepEqual(await offered("fairway", "endpoint", "ls", "--ne"), ["--network"]);
  assert.deepEqual(await offered("fairway", "status", "-o", ""), ["table", "json", "yaml", "name"]);
  assert.deepEqual(await offered("fairway", "-o", ""), ["table", "json", "yaml", "name"]);
  assert.deepEqual(await offered("fairway", "-o", "json", "sta"), ["status"]);
  assert.deepEqual(await offered("fairway", "network", "ls", "--sort", "s"), ["scope", "subnets", "status"]);
  assert.deepEqual(await offered("fairway", "container", "list", "--host", "h1", "--sort", "co"), [
    "container",
  ]);
  assert.deepEqual(await offered("fairway", "events", "--noun", "ne"), ["network"]);
  assert.deepEqual(await offered("fairway", "network", "show", "blue", "x"), []);
  assert.deepEqual(await offered("fairway", "container", "list", "--ne"), ["--network"]);
  assert.deepEqual(await offered("fairway", "contain"), [], "an alias is not offered");
});

test("O02 zsh gets the same by its compatibility with bash", async () => {
  assert.equal(await script("zsh"), `autoload -U +X bashcompinit && bashcompinit\n${await script("bash")}`);
});
