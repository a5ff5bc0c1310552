import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { serve } from "../api/serve.ts";
import { at, fairway } from "./run-command.ts";

const program = fileURLToPath(new URL("../../bin/fairway.ts", import.meta.url));

/** Serves a center that notes what is removed. */
async function withRemovals() {
  const removed: string[] = [];
  const served = await serve({
    hosts: { remove: async (host) => void removed.push(host) },
    networks: {
      remove: async (reference) => {
        removed.push(reference);
        return { ...(await served.client.showNetwork({ reference: "blue" })) };
      },
    },
  });
  return { served, removed, [Symbol.asyncDispose]: () => served[Symbol.asyncDispose]() };
}

for (const [line, what] of [
  ["host rm node-2", /^Host node-2 goes out of the cluster, .* Go on\? \[y\/N\] $/],
  ["host rm node-2 --dead", /Their addresses become free\. Go on/],
  ["network rm blue", /^Network blue goes from every engine as soon as no container uses it\. Go on/],
] as const)
  test(`O02 fairway ${line} asks at a terminal; anything but yes changes nothing`, async () => {
    await using made = await withRemovals();
    const asked: string[] = [];
    const answering = (answer: string) => ({
      question: async (text: string) => {
        asked.push(text);
        return answer;
      },
    });
    for (const answer of ["", "n", "yess", "no"]) {
      const outcome = await at(made.served, line, answering(answer));
      assert.deepEqual(outcome, { status: 1, out: "", err: "fairway: nothing was changed\n" });
    }
    assert.deepEqual(made.removed, []);
    assert.match(asked[0] ?? "", what);
    for (const answer of ["y", " YES "])
      assert.equal((await at(made.served, line, answering(answer))).status, 0);
    assert.equal(made.removed.length, 2);
    assert.equal(asked.length, 6);
    for (const yes of ["-y", "--yes"])
      assert.equal((await at(made.served, `${line} ${yes}`, answering("n"))).status, 0);
    assert.equal((await at(made.served, line)).status, 0, "nobody can be asked");
    assert.equal(made.removed.length, 5);
    assert.equal(asked.length, 6);
  });

test("O02 fairway leave asks at a terminal before it does anything", async () => {
  let asked = "";
  const question = async (text: string) => {
    asked = text;
    return "n";
  };
  const outcome = await fairway(["leave", "-c", "/dev/null"], { question });
  assert.deepEqual(outcome, { status: 1, out: "", err: "fairway: nothing was changed\n" });
  assert.match(
    asked,
    /^This machine goes out of its cluster, and Fairway's networks go from its engine\. Go on/,
  );
});

test("O02 on a real terminal the answer is typed; the end of the input is no", async () => {
  await using made = await withRemovals();
  const line = `${process.execPath} ${program} host rm node-2 --socket ${made.served.path}`;
  const typed = (keys: string): Promise<string> =>
    new Promise((resolve) => {
      const options = { timeout: 20_000 };
      const child = execFile("script", ["-qec", line, "/dev/null"], options, (_, stdout) => resolve(stdout));
      let seen = "";
      child.stdout?.on("data", (text: string) => {
        const wasAsked = seen.includes("[y/N] ");
        seen += text;
        if (!wasAsked && seen.includes("[y/N] ")) child.stdin?.write(keys);
      });
    });
  assert.match(await typed("n\r"), /nothing was changed/);
  assert.match(await typed("\u0004"), /nothing was changed/);
  assert.deepEqual(made.removed, []);
  assert.match(await typed("y\r"), /host node-2 is out of the cluster/);
  assert.deepEqual(made.removed, ["node-2"]);
});
