import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { commandTree } from "../../src/cli/command-tree.ts";
import { samples, uuidOf } from "../api/sample-objects.ts";
import { serve } from "../api/serve.ts";
import { at, fairway } from "./run-command.ts";

const lists = commandTree().filter(({ command }) => command.name() === "ls");

test("O02 every ls has the options of lists", () => {
  assert.ok(lists.length >= 8, "they are found");
  for (const { words, command } of lists) {
    const flags = command.options.flatMap(({ long }) => long ?? []);
    for (const flag of ["--no-headers", "--sort", "--watch"])
      assert.ok(flags.includes(flag), `${words} has ${flag}`);
  }
});

test("O02 every column of every list orders it, and every list has names and no header where that is asked for", async () => {
  await using served = await serve();
  for (const { words, command } of lists) {
    const of = command.registeredArguments.some(({ required }) => required) ? " web" : "";
    const line = `${words.replace("fairway ", "")}${of}`;
    const plain = (await at(served, line)).out.trimEnd().split("\n");
    const bare = await at(served, `${line} --no-headers`);
    assert.deepEqual([bare.status, bare.out.trimEnd().split("\n").length], [0, plain.length - 1], words);
    const names = await at(served, `${line} -o name`);
    assert.equal(names.err, "", words);
    // Rules are called by all of their words.
    assert.match(names.out, words.endsWith("rule ls") ? /^\S.*\n$/ : /^\S+\n$/, words);
    const columns = command.options.find(({ long }) => long === "--sort")?.argChoices ?? [];
    const own = columns.filter((column) =>
      plain[0]
        ?.toLowerCase()
        .replaceAll(/(\S) (?=\S)/g, "$1-")
        .includes(column),
    );
    assert.ok(own.length > 3, words);
    for (const column of own)
      assert.deepEqual(await at(served, `${line} --sort ${column}`), {
        status: 0,
        out: `${plain.join("\n")}\n`,
        err: "",
      });
  }
});

const named = (name: string, digit: string, endpoints: number) => ({
  ...samples.network,
  name,
  uuid: uuidOf(digit),
  endpoints,
});
const networks = [
  named("n10", "1", 9),
  { ...named("n9", "2", 100), status: { "on h2": "no way out" } },
  named("n1", "3", 20),
];

test("O02 --sort knows numbers in names, orders JSON and names, too, and puts the failures where they belong", async () => {
  await using served = await serve({ networks: { list: () => networks } });
  const names = async (line: string) => (await at(served, line)).out.trimEnd().split("\n");
  assert.deepEqual(await names("network ls -o name"), ["n9", "n10", "n1"], "failures come first");
  assert.deepEqual(await names("network ls -o name --sort name"), ["n1", "n9", "n10"]);
  assert.deepEqual(await names("network ls -o name --sort endpoints"), ["n10", "n1", "n9"]);
  const { out } = await at(served, "network ls -o json --sort name");
  assert.deepEqual(
    JSON.parse(out).map(({ name }: { name: string }) => name),
    ["n1", "n9", "n10"],
  );
  const table = await names("network ls --no-headers --sort endpoints");
  assert.deepEqual(
    table.map((line) => line.split(/ +/)[0]),
    ["n10", "n1", "n9"],
  );
});

test("O02 -o yaml says what -o json says, of lists and of one thing, and nothing that a terminal obeys", async () => {
  const odd = { ...named("n2", "4", 1), labels: { note: "a\u202eb\u009b", no: "no", number: "07" } };
  await using served = await serve({ networks: { list: () => [...networks, odd], show: () => odd } });
  for (const line of ["network ls --sort name", "network show n2"]) {
    const yaml = (await at(served, `${line} -o yaml`)).out;
    assert.deepEqual(parse(yaml), JSON.parse((await at(served, `${line} -o json`)).out), line);
    assert.doesNotMatch(yaml, /[\u202e\u009b]/, line);
  }
});

test("O02 a column with times is ordered by them; who was never heard comes last", async () => {
  const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
  const heard = (name: string, lastHeard: string | null) => ({ ...samples.host, name, lastHeard });
  const hosts = [
    heard("h1", ago(70_000)),
    heard("h2", null),
    heard("h3", ago(3_000)),
    heard("h4", ago(8_000)),
  ];
  await using served = await serve({ hosts: { list: () => hosts } });
  assert.equal((await at(served, "host ls --sort last-heard -o name")).out, "h3\nh4\nh1\nh2\n");
});

test("O02 names are what other commands take, and a list of nothing prints nothing", async () => {
  await using served = await serve();
  assert.equal((await at(served, "subnet ls -o name")).out, "10.1.0.0/24@blue\n");
  assert.equal((await at(served, "endpoint ls -o name")).out, `${uuidOf("d")}\n`);
  assert.equal((await at(served, "port ls -o name")).out, "node-1:8080/tcp\n");
  assert.equal((await at(served, "port ls --logical -o name")).out, "vm1\n");
  await using empty = await serve({ hosts: { list: () => [] } });
  for (const line of ["host ls -o name", "host ls --no-headers"])
    assert.deepEqual(await at(empty, line), { status: 0, out: "", err: "" });
});

test("O02 what a list has not, and names of what is no list, are refused before anything is done", async () => {
  const removed: unknown[] = [];
  await using served = await serve({
    networks: { remove: async (reference) => (removed.push(reference), samples.network) },
  });
  for (const [line, message] of [
    ["network ls --sort colour", /argument 'colour' is invalid\. Allowed choices are name, id, mode/],
    [
      "port ls --logical --sort leads-to",
      /^fairway: this list has no column leads-to; it has name, iface-id/,
    ],
    ["network rm blue -o name", /^fairway: -o name is for lists; use -o json, -o yaml or -o table here\n/],
    ["-o name status", /^fairway: -o name is for lists/],
    ["token rm abcd --watch", /^fairway: unknown option '--watch'/],
  ] as const) {
    const { status, out, err } = await at(served, line);
    assert.deepEqual([status, out], [2, ""], line);
    assert.match(err, message);
  }
  assert.deepEqual(removed, []);
  assert.equal((await fairway(["version", "-o", "name"])).status, 2);
});
