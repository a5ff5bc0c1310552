import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { ApiUnderTest } from "../bad-input/api-under-test.ts";
import { root, until } from "../center.ts";

const listeners = 1_000;

/** Stands in each change once. */
const mark = '"noun":';

/** What this process has used of the CPU, ms: the machine may be busy with others. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** An open request for events, and what has come of it. */
class Listener {
  readonly socket: Socket;
  text = "";
  /** How many changes came, and when the last did, by the CPU's clock, ms. */
  count = 0;
  lastAt = 0;
  #tail = "";

  constructor(socketPath: string, query = "", headers = "") {
    this.socket = connect(socketPath);
    this.socket.setEncoding("utf8").on("error", () => undefined);
    this.socket.on("data", (chunk: string) => {
      this.text += chunk;
      const found = `${this.#tail}${chunk}`;
      this.count += found.split(mark).length - 1;
      this.#tail = found.slice(1 - mark.length);
      this.lastAt = cpuMs();
    });
    this.socket.write(`GET /v1/events${query} HTTP/1.1\r\nhost: x\r\n${headers}\r\n`);
  }

  async ready(): Promise<this> {
    while (!this.text.includes("event: ready\n")) await once(this.socket, "data");
    return this;
  }

  /** The ids of the changes. */
  get ids(): readonly string[] {
    return Array.from(this.text.matchAll(/(?<!event: \w+\n)^id: (\S+)\ndata: /gm), ([, id = ""]) => id);
  }
}

describe("GET /v1/events", () => {
  let api: ApiUnderTest;
  let told = 0;
  before(async () => {
    api = await ApiUnderTest.start();
    await api.center.service.hosts.register("h1", { systemId: "system-h1" }, root);
  });
  after(() => api[Symbol.asyncDispose]());

  /** A host says something new of itself: one event. */
  const tell = () =>
    api.center.service.hosts.register(
      "h1",
      { systemId: "system-h1", versions: { fairway: `0.1.${told++}` } },
      root,
    );

  it("A04 is server-sent events, each with its id and a line of JSON; a browser's `onmessage` hears of changes", async () => {
    const listener = await new Listener(api.socketPath).ready();
    await tell();
    await until(() => listener.ids.length === 1);
    assert.match(listener.text, /^HTTP\/1\.1 200 /);
    assert.match(listener.text, /^content-type: text\/event-stream\r$/m);
    assert.match(listener.text, /^cache-control: no-store\r$/m);
    const data = JSON.parse(
      /^id: \S+\ndata: (\{"id".*)\n\n/m.exec(
        listener.text.split("event: ready")[1]?.replace(/^.*\n.*\n.*\n\n/, "") ?? "",
      )?.[1] ?? "null",
    );
    const [host] = api.center.service.hosts.list({}, root);
    assert.deepEqual(
      { type: data.type, noun: data.noun, name: data.name, uuid: data.uuid },
      { type: "changed", noun: "host", name: "h1", uuid: host?.uuid },
    );
    assert.equal(data.object.versions.fairway, host?.versions["fairway"]);
    listener.socket.destroy();
  });

  it("A04 Last-Event-ID resumes as browsers do, `after` as others do, and what is gone is 410", async () => {
    const first = await new Listener(api.socketPath).ready();
    await tell();
    await until(() => first.ids.length === 1);
    first.socket.destroy();
    await tell();
    const [id = ""] = first.ids;
    for (const [query, headers] of [
      [`?after=${id}`, ""],
      ["", `Last-Event-ID: ${id}\r\n`],
      ["?after=1-0.0", `Last-Event-ID: ${id}\r\n`],
    ]) {
      const resumed = await new Listener(api.socketPath, query, headers).ready();
      await until(() => resumed.ids.length === 1);
      assert.notEqual(resumed.ids[0], id);
      resumed.socket.destroy();
    }
    for (const after of ["1-0.0", "999-abcdef.5"]) {
      const { status, problem } = await api.send("GET", `/v1/events?after=${after}`);
      assert.deepEqual([status, problem.code], [410, "gone"]);
      assert.match(problem.detail, /list the objects again/);
    }
  });

  it("A04 nouns are chosen one or several times; another word is refused with those that there are", async () => {
    const one = await new Listener(api.socketPath, "?noun=network").ready();
    const two = await new Listener(api.socketPath, "?noun=network&noun=host").ready();
    await tell();
    await until(() => two.ids.length === 1);
    assert.deepEqual(one.ids, []);
    for (const each of [one, two]) each.socket.destroy();
    for (const query of [
      "noun=netwrok",
      "noun=host&noun=x",
      "after=x",
      "after=1-abc.1%00",
      "other=1",
      "noun=",
    ])
      assert.equal((await api.send("GET", `/v1/events?${query}`)).status, 400, query);
  });

  it("A04 an event reaches 1,000 listeners in less than 100 ms of the CPU in the median, and they cost little memory", async (t) => {
    const collect = globalThis.gc ?? (() => undefined);
    collect();
    const before = process.memoryUsage().rss;
    const all: Listener[] = [];
    await using stack = new AsyncDisposableStack();
    stack.defer(() => {
      for (const each of all) each.socket.destroy();
    });
    for (let at = 0; at < listeners; at++) all.push(await new Listener(api.socketPath).ready());
    const medians: number[] = [];
    for (let turn = 1; turn <= 10; turn++) {
      const beganAt = cpuMs();
      await tell();
      await until(() => all.every(({ count }) => count === turn));
      const delays = all.map(({ lastAt }) => lastAt - beganAt).sort((a, b) => a - b);
      medians.push(delays[listeners / 2] ?? Infinity);
    }
    const mebibytes = (process.memoryUsage().rss - before) / 2 ** 20;
    t.diagnostic(
      `medians ${medians.map(Math.round).join(", ")} ms of CPU; ${Math.round(mebibytes)} MiB for both ends`,
    );
    // Both ends are in this process: the listeners use as much of the CPU as the center.
    assert.ok(
      (medians.toSorted((a, b) => a - b)[5] ?? Infinity) < 200,
      `the medians of ten events: ${medians.join(", ")} ms`,
    );
    assert.ok(mebibytes < 400, `${mebibytes} MiB`);
  });

  it("A04 a listener that reads nothing costs no memory by what it does not read, and holds up nobody", async () => {
    const deaf = await new Listener(api.socketPath).ready();
    deaf.socket.pause();
    const listener = await new Listener(api.socketPath).ready();
    const long = "1".repeat(20_000);
    for (let at = 0; at < 200; at++)
      await api.center.service.hosts.register(
        "h1",
        { systemId: "system-h1", versions: { fairway: `${at}`, docker: long } },
        root,
      );
    await until(() => listener.count === 200);
    assert.ok(deaf.count < 100, `${deaf.count} of 200 events were written to it`);
    for (const each of [deaf, listener]) each.socket.destroy();
  });
});
