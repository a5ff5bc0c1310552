import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "dns-packet";
import { NamedEgress } from "../../../src/agent/names/named-egress.ts";
import { Resolver } from "../../../src/agent/names/resolver.ts";
import type { HostItem } from "../../../src/center/schemas/host-state.ts";
import { namesGraceMs } from "../../../src/egress-names.ts";
import { FairwayError } from "../../../src/errors.ts";
import { quiet } from "../stub-center.ts";

const asker = { network: "blue", address: "10.1.0.2" };
const item = {
  kind: "endpoint",
  network: "blue",
  addresses: ["10.1.0.2/24", "fd00::2/64"],
  egressNames: ["*.debian.org"],
} as unknown as HostItem;

const answer = (name: string, ttl = 300) =>
  encode({ type: "response", id: 1, answers: [{ type: "A", name, data: "203.0.113.10", ttl }] });

/** A host whose center says 7, and whose OVN has come to `reached`. */
class World {
  readonly told: string[] = [];
  sequence: number | null = 7;
  reached = 7;
  failure: FairwayError | undefined;
  now = 0;
  readonly egress = new NamedEgress({
    api: {
      admitName: async (_place, { name, addresses }) => {
        if (this.failure !== undefined) throw this.failure;
        this.told.push([name, ...addresses.map(({ address, ttl }) => `${address} ${ttl}`)].join(" "));
        return { sequence: this.sequence };
      },
    },
    hostName: "h1",
    state: { items: new Map([["endpoint/1", item]]) },
    reaches: async (sequence) => this.reached >= sequence,
    logger: quiet,
    now: () => this.now,
  });
  readonly admits = (name: string, who = asker) => this.egress.admits(who, name, answer(name));
}

test("S07 an answer leaves once the center has let its addresses in and OVN has come to that", async () => {
  const world = new World();
  assert.equal(await world.admits("Deb.debian.org"), true);
  assert.deepEqual(world.told, ["deb.debian.org 203.0.113.10 300"]);
  world.reached = 6;
  assert.equal(await world.admits("deb.debian.org"), false, "OVN is behind");
  world.sequence = null;
  assert.equal(await world.admits("deb.debian.org"), true, "nothing is to be waited for");
});

test("S07 the center hears nothing of other names, of other containers, and of answers without addresses", async () => {
  const world = new World();
  assert.equal(await world.admits("example.com"), true);
  assert.equal(await world.admits("deb.debian.org", { ...asker, address: "10.1.0.3" }), true);
  assert.equal(await world.admits("deb.debian.org", { ...asker, network: "red" }), true);
  const empty = encode({ type: "response", id: 1, answers: [] });
  assert.equal(await world.egress.admits(asker, "deb.debian.org", empty), true);
  assert.deepEqual(world.told, []);
});

test("S07 while the center is away an answer is withheld, unless its addresses were let in not long ago", async () => {
  const world = new World();
  await world.admits("deb.debian.org");
  world.failure = new FairwayError("unavailable", "the center is away");
  assert.equal(await world.admits("new.debian.org"), false);
  world.now += 300_000 + namesGraceMs - 1;
  assert.equal(await world.admits("deb.debian.org"), true);
  world.now += 2;
  assert.equal(await world.admits("deb.debian.org"), false);
});

test("S07 what is withheld the container hears as a failure of the name server", async () => {
  const names = {
    resolve: async () => ({ known: false, addresses: [] }),
    reverseLookup: async () => ({ known: false, names: [] }),
  };
  const forwarder = { forward: async () => answer("deb.debian.org") };
  const rcodes = [];
  for (const mayLeave of [true, false]) {
    const egress = { admits: async () => mayLeave };
    const resolver = new Resolver({ names, forwarder, egress, strangers: "refused" });
    const question = encode({ type: "query", id: 1, questions: [{ type: "A", name: "deb.debian.org" }] });
    const bytes = await resolver.answer(question, asker, "udp");
    rcodes.push((bytes?.readUInt8(3) ?? -1) & 15);
  }
  assert.deepEqual(rcodes, [0, 2]);
});
