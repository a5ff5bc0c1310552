import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode, type RecordType } from "dns-packet";
import { AnswerCache } from "../../../src/agent/names/answer-cache.ts";
import { CenterNames } from "../../../src/agent/names/center-names.ts";
import { type Forwarder, Resolver } from "../../../src/agent/names/resolver.ts";
import type { AddressAnswer, NameAnswer } from "../../../src/center/schemas/name.ts";
import { FairwayError } from "../../../src/errors.ts";
import { quiet } from "../stub-center.ts";

const rcodes = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];

const asker = { network: "blue", address: "10.1.0.2" };

/** A center with one network, and others that answer with an id that says so. */
class World {
  readonly asked: string[] = [];
  readonly forwarded: string[] = [];
  failure: FairwayError | undefined;
  forwarding: "answer" | "silence" | "nobody" = "answer";
  names: Record<string, readonly string[]> = {
    web: ["10.1.0.7"],
    both: ["10.1.0.8", "fd00::8"],
    many: ["10.1.0.9", "10.1.0.10"],
  };
  now = 0;

  readonly #api = {
    resolveName: async ({
      network,
      asker,
      name,
    }: Record<"network" | "asker" | "name", string>): Promise<NameAnswer> => {
      this.asked.push(`${network} ${asker} ${name}`);
      if (this.failure !== undefined) throw this.failure;
      const addresses = this.names[name];
      return { known: addresses !== undefined, addresses: [...(addresses ?? [])] };
    },
    reverseLookup: async ({ address }: { address: string }): Promise<AddressAnswer> => {
      if (this.failure !== undefined) throw this.failure;
      if (!address.startsWith("10.1.0.")) return { known: false, names: [] };
      return { known: true, names: address === "10.1.0.7" ? ["web.blue"] : [] };
    },
  };
  readonly #forwarder: Forwarder = {
    forward: async (query) => {
      this.forwarded.push(decode(query).questions?.[0]?.name ?? "");
      if (this.forwarding !== "answer") return this.forwarding;
      return encode({ type: "response", id: decode(query).id ?? 0, flags: 3 });
    },
  };
  readonly #resolver: Resolver;

  constructor(strangers: "refused" | "forwarded" = "refused") {
    const names = new CenterNames({ api: this.#api, hostName: "h1", logger: quiet, now: () => this.now });
    this.#resolver = new Resolver({ names, forwarder: this.#forwarder, strangers });
  }

  async ask(name: string, type: RecordType = "A", who = asker) {
    const bytes = await this.#resolver.answer(
      encode({ type: "query", id: 7, questions: [{ type, name }] }),
      who,
      "udp",
    );
    const { flags = 0, answers = [] } = decode(bytes ?? assert.fail("no answer"));
    const data = answers.map((answer) => ("data" in answer ? String(answer.data as unknown) : "")).sort();
    return { rcode: rcodes[flags & 0xf], data };
  }
}

test("M05 a container's name is answered; a family that it has no address of is NODATA, at once", async () => {
  const world = new World();
  assert.deepEqual(await world.ask("web"), { rcode: "NOERROR", data: ["10.1.0.7"] });
  assert.deepEqual(await world.ask("web", "AAAA"), { rcode: "NOERROR", data: [] });
  assert.deepEqual(await world.ask("both", "AAAA"), { rcode: "NOERROR", data: ["fd00::8"] });
  assert.deepEqual(await world.ask("many"), { rcode: "NOERROR", data: ["10.1.0.10", "10.1.0.9"] });
  assert.deepEqual(await world.ask("web", "TXT"), { rcode: "NOERROR", data: [] });
  assert.deepEqual(world.forwarded, []);
});

test("M05 reverse look-ups: a container's names; NXDOMAIN for a free address of the network; others are forwarded", async () => {
  const world = new World();
  assert.deepEqual(await world.ask("7.0.1.10.in-addr.arpa", "PTR"), {
    rcode: "NOERROR",
    data: ["web.blue"],
  });
  assert.deepEqual(await world.ask("9.0.1.10.in-addr.arpa", "PTR"), { rcode: "NXDOMAIN", data: [] });
  assert.deepEqual(world.forwarded, []);
  await world.ask("8.8.8.8.in-addr.arpa", "PTR");
  assert.deepEqual(world.forwarded, ["8.8.8.8.in-addr.arpa"]);
});

test("what no container is called goes to the host's servers", async () => {
  const world = new World();
  assert.equal((await world.ask("example.org")).rcode, "NXDOMAIN");
  assert.deepEqual(world.forwarded, ["example.org"]);
  world.forwarding = "silence";
  assert.equal((await world.ask("example.org")).rcode, "SERVFAIL");
  world.forwarding = "nobody";
  assert.equal((await world.ask("example.org")).rcode, "SERVFAIL");
  assert.equal((await world.ask("nosuch")).rcode, "NXDOMAIN");
});

test("a question is asked once in its time, for each asker", async () => {
  const world = new World();
  await Promise.all([world.ask("web"), world.ask("web", "AAAA"), world.ask("WEB".toLowerCase())]);
  assert.deepEqual(world.asked, ["blue 10.1.0.2 web"]);
  await world.ask("web", "A", { network: "red", address: "10.1.0.2" });
  assert.deepEqual(world.asked.length, 2);
  world.now += 3_000;
  await world.ask("web");
  assert.deepEqual(world.asked.length, 3);
});

test("while the center is away, known names are answered and others are not waited for", async () => {
  const world = new World();
  await world.ask("web");
  world.failure = new FairwayError("unavailable", "away");
  world.now += 60_000;
  assert.deepEqual(await world.ask("web"), { rcode: "NOERROR", data: ["10.1.0.7"] });
  assert.deepEqual(await world.ask("db"), { rcode: "SERVFAIL", data: [] });
  const asked = world.asked.length;
  assert.equal((await world.ask("example.org")).rcode, "NXDOMAIN");
  assert.deepEqual(world.forwarded, ["example.org"]);
  assert.equal(world.asked.length, asked, "a center that is away is left alone for a moment");
  world.failure = undefined;
  world.now += 3_000;
  world.names["web"] = ["10.1.0.77"];
  assert.deepEqual((await world.ask("web")).data, ["10.1.0.77"]);
});

test("who is no container of this host's is refused, and nothing is forwarded for it", async () => {
  const world = new World();
  world.failure = new FairwayError("not_found", "no such container");
  assert.equal((await world.ask("web")).rcode, "REFUSED");
  assert.equal((await world.ask("7.0.1.10.in-addr.arpa", "PTR")).rcode, "REFUSED");
  assert.deepEqual(world.forwarded, []);
});

test("M05 in another server's place that server answers whoever is no container of this host's", async () => {
  const world = new World("forwarded");
  world.failure = new FairwayError("not_found", "no such container");
  assert.equal((await world.ask("web")).rcode, "NXDOMAIN");
  assert.equal((await world.ask("7.0.1.10.in-addr.arpa", "PTR")).rcode, "NXDOMAIN");
  assert.deepEqual(world.forwarded, ["web", "7.0.1.10.in-addr.arpa"]);
});

test("the cache keeps what was used last", async () => {
  const cache = new AnswerCache<string>(
    () => ({ freshMs: 100, staleMs: 100 }),
    2,
    () => 0,
  );
  let asked = 0;
  const get = (key: string) =>
    cache.get(key, async () => {
      asked++;
      return key;
    });
  for (const key of ["a", "b", "a", "c", "a"]) assert.equal(await get(key), key);
  assert.equal(asked, 3);
  await get("b");
  assert.equal(asked, 4);
});

test("an answer that is too old is not given, also when nobody can be asked", async () => {
  let now = 0;
  const cache = new AnswerCache<string>(
    () => ({ freshMs: 100, staleMs: 1_000 }),
    2,
    () => now,
  );
  const away = () => Promise.reject(new Error("away"));
  await cache.get("a", async () => "kept");
  now = 999;
  assert.equal(await cache.get("a", away), "kept");
  now = 1_000;
  await assert.rejects(cache.get("a", away), /away/);
});
