import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Event } from "../../src/center/schemas/event.ts";
import { FairwayError } from "../../src/errors.ts";
import { samples, uuidOf } from "../api/sample-objects.ts";
import { serve } from "../api/serve.ts";
import { until } from "../center.ts";
import { at } from "./run-command.ts";

const program = fileURLToPath(new URL("../../bin/fairway.ts", import.meta.url));

/** The events and the networks of a center, as a test lets them change. */
class World {
  networks: (typeof samples.network)[] = [samples.network];
  /** How often they were listed. */
  lists = 0;
  readonly asked: unknown[] = [];
  /** What the next reader of events gets in place of them. */
  refusal: FairwayError | undefined;
  #events: Event[] = [];
  #more = Promise.withResolvers<void>();
  #isCut = false;
  #number = 0;

  /** Gives another network, and tells of it. */
  add(name: string): void {
    this.networks = [
      ...this.networks,
      { ...samples.network, name, uuid: uuidOf(String(this.networks.length)) },
    ];
    this.tell();
  }

  tell(): void {
    const { uuid, name } = samples.network;
    const id = `3-abc.${++this.#number}`;
    const time = "2026-11-25T12:00:01.000Z";
    this.#events.push({ id, time, type: "changed", noun: "network", uuid, name, object: null });
    this.#wake();
  }

  /** Ends the connection of the reader. */
  cut(): void {
    this.#isCut = true;
    this.#wake();
  }

  async *#follow(wish: unknown, { signal }: { readonly signal: AbortSignal }): AsyncGenerator<Event> {
    this.asked.push(wish);
    if (this.refusal !== undefined) throw this.refusal;
    yield { type: "ready", id: `3-abc.${this.#number}` };
    while (!signal.aborted) {
      for (const event of this.#events.splice(0)) yield event;
      if (this.#isCut) break;
      await Promise.race([this.#more.promise, once(signal, "abort")]);
      this.#more = Promise.withResolvers();
    }
    this.#isCut = false;
  }

  #wake(): void {
    this.#more.resolve();
  }

  changes() {
    return {
      networks: { list: () => (this.lists++, this.networks) },
      events: {
        follow: (wish: unknown, context: { readonly signal: AbortSignal }) => this.#follow(wish, context),
      },
    };
  }
}

/** Runs a command until the center lets it follow no more; gives what it printed by then. */
function watching(served: { readonly path: string }, line: string, isTerminal = false) {
  const seen = { out: "", err: "" };
  const outcome = at(served, line, {
    isTerminal,
    out: (text) => void (seen.out += text),
    err: (text) => void (seen.err += text),
  });
  return { seen, outcome };
}

const refused = new FairwayError("forbidden", "no more");

test("O02 --watch prints a list again when an event says that it changed, however many do so at once", async () => {
  const world = new World();
  await using served = await serve(world.changes());
  const { seen, outcome } = watching(served, "network ls -w --no-headers");
  await until(() => seen.out.includes("blue"));
  world.add("green");
  await until(() => seen.out.includes("green"));
  const before = world.lists;
  for (let count = 0; count < 200; count++) world.tell();
  world.add("red");
  await until(() => seen.out.includes("red"));
  world.refusal = refused;
  world.cut();
  assert.equal((await outcome).status, 1);
  assert.ok(world.lists - before <= 3, `${world.lists - before} lists for 201 events`);
  const states = seen.out
    .split("\n\n")
    .map((state) => state.split("\n").flatMap((line) => line.split(" ")[0] || []));
  assert.deepEqual(states, [["blue"], ["blue", "green"], ["blue", "green", "red"]]);
  assert.deepEqual(world.asked[0], { nouns: ["network", "subnet", "endpoint"], after: undefined });
  assert.match(seen.err, /; trying again\nfairway: no more\n$/);
});

test("O02 --watch draws in place at a terminal, and as a line of JSON for programs", async () => {
  for (const [line, isTerminal, expected] of [
    ["network ls --watch -o name", true, "\u001b[H\u001b[2Jblue\n\u001b[H\u001b[2Jblue\ngreen\n"],
    ["network ls --watch -o name", false, "blue\n\nblue\ngreen\n"],
  ] as const) {
    const world = new World();
    await using served = await serve(world.changes());
    const { seen, outcome } = watching(served, line, isTerminal);
    await until(() => seen.out.includes("blue"));
    world.add("green");
    await until(() => seen.out.includes("green"));
    world.refusal = refused;
    world.cut();
    await outcome;
    assert.equal(seen.out, expected);
  }
  const world = new World();
  await using served = await serve(world.changes());
  const { seen, outcome } = watching(served, "network ls --watch -o json", true);
  await until(() => seen.out.includes("blue"));
  world.add("green");
  await until(() => seen.out.includes("green"));
  world.refusal = refused;
  world.cut();
  await outcome;
  const lines = seen.out.trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).length),
    [1, 2],
  );
});

test("O02 --watch goes on when the center forgot the events in between: it lists anew", async () => {
  const world = new World();
  await using served = await serve(world.changes());
  const { seen, outcome } = watching(served, "network ls --watch -o name");
  await until(() => seen.out.includes("blue"));
  world.refusal = new FairwayError("gone", "not remembered");
  world.networks = [{ ...samples.network, name: "green" }];
  world.cut();
  await until(() => world.asked.length > 1);
  world.refusal = undefined;
  await until(() => seen.out.includes("green"));
  world.refusal = refused;
  world.cut();
  assert.equal((await outcome).status, 1);
  assert.equal(seen.out, "blue\n\ngreen\n");
});

test("O02 --watch ends by Ctrl-C, and fails at once where there is no center", async () => {
  const world = new World();
  await using served = await serve(world.changes());
  const child = spawn(process.execPath, [program, "network", "ls", "--watch", "--socket", served.path]);
  let out = "";
  child.stdout.on("data", (chunk) => void (out += chunk));
  await until(() => out.includes("blue"));
  child.kill("SIGINT");
  assert.deepEqual(await once(child, "exit"), [null, "SIGINT"]);
  const { status, err } = await at({ path: "/nowhere/api.sock" }, "network ls --watch");
  assert.equal(status, 1);
  assert.match(err, /nobody listens on \/nowhere\/api\.sock/);
});
