import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Context } from "../../../src/center/context.ts";
import { EventFeed } from "../../../src/center/events/event-feed.ts";
import { shownObject } from "../../../src/center/events/shown-objects.ts";
import type { Certifier } from "../../../src/center/members/certifier.ts";
import type { ChangeEvent, Event } from "../../../src/center/schemas/event.ts";
import { root, TestCenter } from "../../center.ts";

/** A caller with patience of his own. */
function reader(caller: Context["caller"] = { kind: "root" }): Context & Disposable {
  const end = new AbortController();
  return { ...root, caller, signal: end.signal, [Symbol.dispose]: () => end.abort() };
}

/** The next events, without what is said of the stream itself. */
async function take(events: AsyncGenerator<Event, void>, count: number): Promise<readonly ChangeEvent[]> {
  const taken: ChangeEvent[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    assert.ok(done !== true && value.type !== "cut", "the stream goes on");
    if ("noun" in value) taken.push(value);
  }
  return taken;
}

const inWords = ({ type, noun, name }: ChangeEvent) => `${type} ${noun} ${name}`;

describe("the feed of events", () => {
  let center: TestCenter;
  before(async () => {
    const certifier = { address: "192.0.2.1:6640", authorityFingerprint: "ab".repeat(32) } as Certifier;
    center = await TestCenter.start({ certifier });
    await center.service.hosts.register("h1", { systemId: "system-h1" }, root);
  });
  after(() => center[Symbol.asyncDispose]());

  const feedOf = (remembered?: number) => {
    const { store, service } = center;
    return new EventFeed({
      store,
      now: () => center.now,
      show: (view, noun, uuid) => shownObject(view, service, noun, uuid),
      remembered,
    });
  };
  /** A host says of itself something new: one event. */
  const tell = async (at: number) => {
    await center.service.hosts.register(
      "h1",
      { systemId: "system-h1", versions: { fairway: `0.1.${at}` } },
      root,
    );
  };

  it("A04 what creates, changes and removes an object is an event of it, with the object as GET shows it", async () => {
    using who = reader();
    const events = center.service.events.follow({}, who);
    assert.equal((await events.next()).value?.type, "ready");
    const network = await center.network("h1", "10.1.0.0/24");
    const endpoint = await center.endpoint("h1", network);
    const seen: ChangeEvent[] = [];
    while (!seen.some(({ noun, object }) => noun === "endpoint" && object !== null))
      seen.push(...(await take(events, 1)));
    const words = seen.map(inWords);
    for (const expected of [
      "created subnet 10.1.0.0/24",
      "created address 10.1.0.1",
      `created network ${center.service.networks.show(network.uuid, root).name}`,
      "created address 10.1.0.2",
      `created endpoint ${endpoint.mac}`,
    ])
      assert.ok(words.includes(expected), `${expected} is in ${words.join(", ")}`);
    const created = seen.find(({ noun }) => noun === "endpoint");
    assert.deepEqual(created?.object, center.service.endpoints.show(endpoint.uuid, root));
    assert.equal(created?.uuid, endpoint.uuid);
    assert.deepEqual(
      seen.findLast(({ noun }) => noun === "address")?.object,
      center.service.addresses.list({}, root).find(({ ip }) => ip === endpoint.ip),
    );

    const own = center.service.events.follow({ nouns: ["endpoint"] }, who);
    await own.next();
    await center.service.dockerEndpoints.describe(
      endpoint.key,
      { containerName: "web-1", names: ["web"] },
      root,
    );
    const [changed] = await take(own, 1);
    assert.ok(changed !== undefined);
    assert.equal(inWords(changed), `changed endpoint ${endpoint.mac}`);
    assert.deepEqual((changed.object as { names: unknown }).names, ["web"]);

    await center.service.dockerEndpoints.delete(endpoint.key, root);
    const removed = await take(own, 1);
    assert.deepEqual(removed.map(inWords), [`removed endpoint ${endpoint.mac}`]);
    assert.equal(removed[0]?.object, null);
  });

  it("A04 a reader hears of the nouns that it names, and of no other", async () => {
    using who = reader();
    const events = center.service.events.follow({ nouns: ["subnet", "host"] }, who);
    await events.next();
    await center.network("h9", "10.9.0.0/24");
    const seen = await take(events, 2);
    assert.deepEqual(seen.map(inWords), ["created host h9", "created subnet 10.9.0.0/24"]);
  });

  it("A04 physical networks, their ports and the networks on them are events, and principals and tokens to administrators alone", async () => {
    const { physicalNetworks, physicalPorts, networks, principals, tokens, events } = center.service;
    using who = reader();
    using host = reader({ kind: "host", name: "h1" });
    const all = events.follow({}, who);
    const hosts = events.follow({}, host);
    for (const each of [all, hosts]) await each.next();
    const spec = {
      type: "vlan" as const,
      ranges: ["5-9"],
      peers: [],
      tunnelPort: null,
      mtu: null,
      options: {},
    };
    await physicalNetworks.create("office", spec, {}, root);
    await physicalPorts.add(
      "office",
      { interface: "eth1", host: null, takeAddress: false, options: {} },
      {},
      root,
    );
    await principals.create({ name: "ci", role: "viewer" }, root);
    const { uuid } = await tokens.create({}, root);
    await networks.create({ name: "wired", physicalNetwork: "office", subnets: [] }, {}, root);
    await networks.update("wired", { labels: { a: "b" } }, {}, root);
    await principals.remove("ci", root);
    const seen = (await take(all, 8)).map(inWords);
    assert.deepEqual(seen, [
      "created physical-network office",
      "changed physical-network office",
      "created principal ci",
      `created token ${uuid}`,
      "changed physical-network office",
      "created network wired",
      "changed network wired",
      "removed principal ci",
    ]);
    assert.deepEqual(
      (await take(hosts, 5)).map(inWords),
      seen.filter((words) => !/principal|token/.test(words)),
    );
    for (const caller of [
      { kind: "host", name: "h1" },
      { kind: "principal", name: "ann", role: "member", organization: null },
    ] as const) {
      using other = reader(caller);
      const wanted = { nouns: ["network", "token"] as const };
      await assert.rejects(events.follow(wanted, other).next(), { code: "forbidden" });
    }
    using admin = reader({ kind: "principal", name: "ann", role: "admin", organization: null });
    const own = events.follow({ nouns: ["token"] }, admin);
    await own.next();
    await tokens.remove(uuid, root);
    assert.deepEqual((await take(own, 1)).map(inWords), [`removed token ${uuid}`]);
    await networks.remove("wired", {}, root);
  });

  it("A04 whoever comes back with the last id gets what came since, each once", async () => {
    using first = reader();
    const events = center.service.events.follow({ nouns: ["host"] }, first);
    await events.next();
    await tell(1);
    const [seen] = await take(events, 1);
    await events.return();
    for (const at of [2, 3, 4]) await tell(at);
    using second = reader();
    const resumed = center.service.events.follow({ nouns: ["host"], after: seen?.id }, second);
    const missed = await take(resumed, 3);
    assert.equal(new Set([seen, ...missed].map((event) => event?.id)).size, 4);
    assert.ok(missed.every(({ noun, uuid }) => noun === "host" && uuid === seen?.uuid));
  });

  it("A04 an id of another feed, or one after which something is forgotten, is gone", async () => {
    const feed = feedOf(3);
    using who = reader();
    const events = feed.follow({}, who);
    const ready = (await events.next()).value;
    assert.ok(ready?.type === "ready");
    for (const at of [10, 11, 12]) await tell(at);
    assert.equal((await feed.follow({ after: ready.id }, who).next()).value?.type, "ready");
    await tell(13);
    await assert.rejects(feed.follow({ after: ready.id }, who).next(), {
      code: "gone",
      message: /only the last 3 events/,
    });
    await assert.rejects(center.service.events.follow({ after: ready.id }, who).next(), {
      code: "gone",
      message: /the center has started again since/,
    });
    for (const after of [ready.id.replace(/\.\d+$/, ".999"), "1-0.0"])
      await assert.rejects(feed.follow({ after }, who).next(), { code: "gone" });
  });

  it("A04 a reader that is too slow is cut with a word, and others are not", async () => {
    const feed = feedOf(5);
    using slow = reader();
    using quick = reader();
    const [late, prompt] = [feed.follow({}, slow), feed.follow({}, quick)];
    for (const each of [late, prompt]) await each.next();
    for (let at = 20; at < 30; at++) {
      await tell(at);
      await take(prompt, 1);
    }
    const cut = (await late.next()).value;
    assert.ok(cut?.type === "cut");
    assert.match(cut.reason, /too slow.*list the objects again/);
    assert.equal((await late.next()).done, true);
    await tell(30);
    await take(prompt, 1);
  });

  it("A04 one caller has so many readers, and one that ends makes room", async () => {
    const feed = feedOf();
    using who = reader({ kind: "principal", name: "ci", role: "viewer", organization: null });
    const readers = Array.from({ length: 1_024 }, () => feed.follow({}, who));
    for (const each of readers) await each.next();
    await assert.rejects(feed.follow({}, who).next(), { code: "too_many", message: /^principal ci / });
    using other = reader({ kind: "principal", name: "ann", role: "viewer", organization: null });
    assert.equal((await feed.follow({}, other).next()).value?.type, "ready");
    await readers.pop()?.return();
    assert.equal((await feed.follow({}, who).next()).value?.type, "ready");
  });

  it("A04 the feed of a center that starts again has other ids, and what was there before is no event", async () => {
    await using again = TestCenter.on(center.server, { name: "again" });
    await again.store.replica.synced();
    using who = reader();
    const ids: string[] = [];
    for (const { service } of [center, again]) {
      const { value } = await service.events.follow({}, who).next();
      assert.ok(value?.type === "ready");
      ids.push(value.id);
    }
    assert.match(ids[1] ?? "", /^\d+-[0-9a-f]{6}\.0$/);
    assert.notEqual(ids[0]?.split(".")[0], ids[1]?.split(".")[0]);
    await again.stop();
  });
});
