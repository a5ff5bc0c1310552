import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { commandTree } from "../../src/cli/command-tree.ts";
import { offersOf } from "../../src/cli/completion/offers.ts";
import { main } from "../../src/cli/main.ts";
import { buildProgram } from "../../src/cli/program.ts";

const run = promisify(execFile);

const silent = {
  out: () => undefined,
  err: () => undefined,
  environment: {},
  run: () => Promise.reject(new Error("not asked for")),
};

async function script(shell: string): Promise<string> {
  let out = "";
  assert.equal(await main(["completion", shell], { ...silent, out: (text) => void (out += text) }), 0);
  return out;
}

/** Lists objects in place of the program: what it was asked, and `NAME-1` and `NAME-2` for \`network ls\` and the like. */
const lister = `fairway() { for at in 1 2; do echo "$1-$at"; done; }
    timeout() { shift; "$@"; }
`;

/** What bash offers for the last of these words. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const line = `${lister}${await script("bash")}
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
  assert.deepEqual(await offered("fairway", "completion", "fi"), [], "a file, by the shell itself");
  assert.deepEqual(await offered("fairway", "container", "list", "--ne"), ["--network"]);
  assert.deepEqual(await offered("fairway", "contain"), [], "an alias is not offered");
});

test("O02 every command whose operand is called as a noun that is listed is completed by such names", () => {
  const tree = commandTree();
  const nouns = tree.flatMap(({ words }) => /^fairway (\S+) ls$/.exec(words)?.[1] ?? []);
  const { behind } = offersOf(buildProgram(silent));
  const lacking = tree.filter(({ words, command }) => {
    const noun = command.registeredArguments[0]?.name() ?? "";
    const path = words.slice("fairway ".length);
    return (
      nouns.includes(noun) && path !== `${noun} create` && !behind.get(path)?.list?.startsWith(`${noun} ls`)
    );
  });
  assert.ok(nouns.includes("router") && nouns.length > 8);
  assert.deepEqual(
    lacking.map(({ words }) => words),
    [],
  );
});

test("O02 bash completes the names of objects, where a command or an option takes some", async () => {
  for (const [line, name] of [
    ["network show", "network"],
    ["network update", "network"],
    ["port create", "network"],
    ["port show", "port"],
    ["container show", "endpoint"],
    ["physical-network rm", "physical-network"],
    ["physical-port create", "physical-network"],
    ["host rm", "host"],
    ["token rm", "token"],
    ["principal rm", "principal"],
    ["subnet rm", "subnet"],
    ["address release", "address"],
    ["router show", "router"],
    ["router route add", "router"],
    ["endpoint ls --host", "host"],
    ["endpoint ls --host h1 --network", "network"],
  ] as const) {
    const words = await offered("fairway", ...line.split(" "), "");
    assert.deepEqual(words.slice(-2), [`${name}-1`, `${name}-2`], line);
  }
  assert.deepEqual(await offered("fairway", "network", "show", "network-2"), ["network-2"]);
  for (const line of [
    "network create",
    "physical-network create",
    "principal create",
    "port create --ip",
    "status",
  ])
    assert.doesNotMatch((await offered("fairway", ...line.split(" "), "")).join(" "), /-1/, line);
  const options = await offered("fairway", "network", "show", "--");
  assert.ok(options.includes("--help") && options.every((word) => word.startsWith("--")));
});

/** What fish offers for a line; undefined where it is not on this machine. */
async function offeredByFish(line: string): Promise<readonly string[] | undefined> {
  const program = process.env["FISH"] ?? "fish";
  const known =
    "function fairway; for at in 1 2; echo $argv[1]-$at; end; end\nfunction timeout; $argv[2..-1]; end\n";
  const asked = `${known}${await script("fish")}\ncomplete -C '${line}'`;
  try {
    return (await run(program, ["--no-config", "-c", asked])).stdout.split("\n").filter(Boolean);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

test("O02 fish completes commands, options, their values and the names of objects", async (t) => {
  const first = await offeredByFish("fairway net");
  if (first === undefined) return t.skip("there is no fish on this machine");
  assert.deepEqual(first, ["network"]);
  for (const [line, words] of [
    ["fairway network l", ["ls"]],
    ["fairway -o json sta", ["status"]],
    ["fairway status -o ", ["json", "name", "table", "yaml"]],
    ["fairway network ls --sort s", ["scope", "status", "subnets"]],
    ["fairway network show network-", ["network-1", "network-2"]],
    ["fairway endpoint ls --host ", ["host-1", "host-2"]],
    ["fairway network show blue x", []],
  ] as const)
    assert.deepEqual((await offeredByFish(line))?.toSorted(), words, line);
});

test("O02 zsh gets the same by its compatibility with bash", async () => {
  assert.equal(await script("zsh"), `autoload -U +X bashcompinit && bashcompinit\n${await script("bash")}`);
});
