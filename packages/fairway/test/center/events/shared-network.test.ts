import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ChangeEvent, Event } from "../../../src/center/schemas/event.ts";
import { makeOwned, type Owned, ofOrganization } from "../../api/owned.ts";
import { root, TestCenter } from "../../center.ts";

/** The events up to the first that is of this organization's labels: what is last told of. */
async function takeUntilLast(
  events: AsyncGenerator<Event, void>,
  organization: string,
): Promise<readonly ChangeEvent[]> {
  const taken: ChangeEvent[] = [];
  for (;;) {
    const { value, done } = await events.next();
    assert.ok(done !== true && value.type !== "cut", "the stream goes on");
    if (!("noun" in value)) continue;
    if (value.name === `${organization}/shop`) return taken;
    taken.push(value);
  }
}

describe("events of a network that is shared", () => {
  let center: TestCenter;
  let red: Owned;
  before(async () => {
    center = await TestCenter.start();
    red = await makeOwned(center, "red", 5);
    for (const [at, name] of ["blue", "green"].entries()) await makeOwned(center, name, 6 + at);
  });
  after(() => center[Symbol.asyncDispose]());

  const byBlue = ofOrganization("blue", "member");

  test("R11 with whom it is shared hears of it from then until that ends, of its own ports there, and of no others", async () => {
    const { events, networks, ports, routers } = center.service;
    const end = new AbortController();
    const feeds = ["red", "blue", "green"].map((name) => ({
      name,
      events: events.follow({}, { ...ofOrganization(name), signal: end.signal }),
    }));
    for (const feed of feeds) await feed.events.next();
    const port = { network: red.network, addresses: [], labels: {}, options: {} };
    await networks.update(red.network, { sharedWith: ["blue"] }, {}, root);
    await ports.create({ ...port, name: "mine" }, {}, root);
    await ports.create({ ...port, name: "guest" }, {}, byBlue);
    await ports.remove("guest", {}, byBlue);
    await networks.update(red.network, { sharedWith: [] }, {}, root);
    await networks.update(red.network, { labels: { a: "b" } }, {}, root);
    for (const { name } of feeds) await routers.update(`${name}/shop`, { labels: { last: "1" } }, {}, root);
    const [reds = [], blues = [], greens = []] = await Promise.all(
      feeds.map(({ name, events: feed }) => takeUntilLast(feed, name)),
    );
    end.abort();
    const of = (told: readonly ChangeEvent[], noun: string) =>
      told.filter((each) => each.noun === noun).map(({ type }) => type);
    assert.deepEqual(of(reds, "endpoint"), ["created", "created", "removed"]);
    assert.deepEqual(of(blues, "endpoint"), ["created", "removed"]);
    assert.deepEqual(of(blues, "address"), ["created", "removed"]);
    assert.deepEqual(of(blues, "organization"), ["changed", "changed"]);
    const network = blues.filter(({ noun }) => noun === "network");
    assert.deepEqual(
      network.map(({ type, name }) => `${type} ${name}`),
      [`changed ${red.network}`, `changed ${red.network}`],
    );
    assert.equal(network.at(-1)?.object, null, "it is not there for it any more");
    assert.ok(!JSON.stringify(blues).includes("mine"));
    assert.deepEqual(greens, []);
  });
});
