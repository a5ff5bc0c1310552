import assert from "node:assert/strict";
import { test } from "node:test";
import type { Change } from "@fairway/ovsdb";
import fc from "../../../../test/fast-check.ts";
import { TrackedItems } from "../../src/compile/host/tracked-items.ts";
import type { Unit } from "../../src/compile/northbound/desired.ts";
import { TrackedUnits } from "../../src/compile/northbound/tracked-units.ts";
import { allUnits } from "../../src/compile/northbound/units.ts";
import { messageOf } from "../../src/errors.ts";
import type { Tables } from "../../src/intent/generated/fairway.ts";
import { anyIntent, anyTransaction } from "./any-intent.ts";
import { uuidOf } from "./any-value.ts";
import { IntentInMemory, type Write } from "./intent-in-memory.ts";

/** What is compiled, as text: of what cannot be, why. */
function outcome(compile: () => unknown): string {
  try {
    return JSON.stringify(compile()) ?? "nothing";
  } catch (error) {
    return `throws ${messageOf(error)}`;
  }
}

/** All units, kept up to date by their marks alone. */
class Units {
  readonly marked = new Set<string>();
  readonly known = new Map<string, string>();
  readonly #units: TrackedUnits;

  constructor(intent: IntentInMemory) {
    this.#units = new TrackedUnits(intent, (unit) => this.marked.add(unit));
    for (const unit of allUnits(intent)) this.marked.add(unit);
    this.compile();
  }

  follow(changes: readonly Change<Tables>[]): void {
    this.#units.follow(changes);
    while (this.#units.unsettled > 0) this.#units.settleNext();
  }

  compile(): void {
    for (const unit of this.marked) {
      this.known.set(
        unit,
        outcome(() => this.#units.compile(unit as Unit)),
      );
      if (this.known.get(unit) === "[]") this.known.delete(unit);
    }
    this.marked.clear();
  }
}

/** All items of all hosts, likewise. */
class Items {
  readonly marked = new Set<string>();
  readonly known = new Map<string, string>();
  readonly #items: TrackedItems;

  constructor(intent: IntentInMemory) {
    this.#items = new TrackedItems(intent);
    for (const at of [0, 1, 2]) this.#items.begin(uuidOf("Host", at));
    this.follow([]);
    this.compile();
  }

  follow(changes: readonly Change<Tables>[]): void {
    this.#items.follow(changes);
    while (this.#items.unsettled > 0) this.#items.settleNext();
    for (const host of this.#items.marked())
      for (const key of this.#items.takeMarked(host)) this.marked.add(`${host} ${key}`);
  }

  compile(): void {
    for (const each of this.marked) {
      const [host = "", key = ""] = each.split(" ");
      this.known.set(
        each,
        outcome(() => this.#items.compile(host, key)),
      );
      if (this.known.get(each) === "nothing") this.known.delete(each);
    }
    this.marked.clear();
  }
}

for (const [what, Tracked] of [
  ["units", Units],
  ["items", Items],
] as const)
  test(`${what} that a change marks are at least those that are compiled to something else`, () => {
    const transactions = fc.array(fc.tuple(anyTransaction, fc.boolean()), { maxLength: 12 });
    fc.assert(
      fc.property(anyIntent, transactions, (rows, steps) => {
        const intent = new IntentInMemory();
        intent.write(rows);
        const tracked = new Tracked(intent);
        for (const [transaction, compiles] of steps) {
          tracked.follow(intent.write(transaction.map((step) => step(intent))));
          const fresh = new Tracked(intent);
          for (const each of new Set([...fresh.known.keys(), ...tracked.known.keys()]))
            if (fresh.known.get(each) !== tracked.known.get(each))
              assert.ok(tracked.marked.has(each), `${each} is not marked`);
          // What is marked may wait while more changes.
          if (!compiles) continue;
          tracked.compile();
          assert.deepEqual(tracked.known, fresh.known);
        }
      }),
      { numRuns: 150 },
    );
  });

const endpoint = (at: number, host: number, more = {}): Write => ({
  table: "Endpoint",
  uuid: uuidOf("Endpoint", at),
  row: {
    network: uuidOf("Network", 0),
    organization: null,
    host: uuidOf("Host", host),
    name: null,
    pinned: false,
    mac: `0a:00:00:00:00:0${at}`,
    names: [],
    labels: {},
    given: null,
    lost: [],
    options: {},
    published_ports: {},
    groups: [],
    label_groups: [],
    request: "r",
    status: {},
    ...more,
  },
});

/** A network with a container on each of two hosts, and a third one that has the network. */
function cluster() {
  const intent = new IntentInMemory();
  const network = uuidOf("Network", 0);
  const common = {
    tunnel_address: null,
    underlay_mtu: null,
    taken: [],
    versions: {},
    state_since: null,
    labels: {},
    admitted_key: null,
  };
  intent.write([
    ...[0, 1, 2].map(
      (at): Write => ({
        table: "Host",
        uuid: uuidOf("Host", at),
        row: { ...common, name: `h${at}`, system_id: `s${at}`, state: "up", number: at + 2 },
      }),
    ),
    {
      table: "Network",
      uuid: network,
      row: {
        name: "blue",
        attachable: false,
        changed: [],
        claimed: true,
        internal: false,
        labels: {},
        mode: "nat",
        mtu: 1442,
        mtu_asked: null,
        options: {},
        origin: "docker",
        origin_host: null,
        removal: null,
        physical_network: null,
        segment: null,
        zone: null,
        shared_with: [],
        scope: "cluster",
        status: {},
      },
    },
    {
      table: "Subnet",
      uuid: uuidOf("Subnet", 0),
      row: {
        cidr: "10.1.0.0/24",
        dns: [],
        gateway: "10.1.0.1",
        host_routes: [],
        managed: true,
        network,
        options: {},
        ranges: [],
      },
    },
    ...[0, 1, 2].map(
      (at): Write => ({
        table: "Docker_Network",
        uuid: uuidOf("Docker_Network", at),
        row: {
          host: uuidOf("Host", at),
          network,
          organization: null,
          engine_id: `e${at}`,
          name: "blue",
          handle: at === 0 ? "made" : "mirrored",
          attachable: false,
          outdated: false,
          options: {},
          ipam_options: {},
          driver: null,
          ranges: {},
          gateways: [],
          use: null,
        },
      }),
    ),
    endpoint(0, 0),
    endpoint(1, 1),
  ]);
  const [units, items] = [new Units(intent), new Items(intent)];
  const marks = (...writes: readonly Write[]) => {
    const changes = intent.write(writes);
    units.follow(changes);
    items.follow(changes);
    const marked = [...units.marked, ...items.marked].sort();
    units.compile();
    items.compile();
    return marked;
  };
  return { intent, marks };
}

test("one more endpoint where its host has some marks itself alone, on its own host", () => {
  const { marks } = cluster();
  const [host, uuid] = [uuidOf("Host", 1), uuidOf("Endpoint", 2)];
  const own = [`endpoint/${uuid}`, `${host} endpoint/${uuid}`];
  assert.deepEqual(marks(endpoint(2, 1)), own.sort());
  assert.deepEqual(marks({ ...endpoint(2, 1), row: undefined }), own.sort());
});

test("a host's first endpoint on a network marks what that changes: no other host's items, where there are two already", () => {
  const { marks } = cluster();
  const [network, uuid] = [uuidOf("Network", 0), uuidOf("Endpoint", 2)];
  const items = [
    `endpoint/${uuid}`,
    ...["uplink", "dormant-network", "host-access", "vxlan-bridge"].map((kind) => `${kind}/${network}`),
  ];
  assert.deepEqual(
    marks(endpoint(2, 2)),
    [
      `endpoint/${uuid}`,
      `host-access/${network}`,
      ...items.map((key) => `${uuidOf("Host", 2)} ${key}`),
    ].sort(),
  );
});

test("what control and hosts write of how things are marks no unit", () => {
  const { intent, marks } = cluster();
  const { _uuid: network, ...blue } = intent.get("Network", uuidOf("Network", 0)) ?? assert.fail();
  const { _uuid: host, ...h1 } = intent.get("Host", uuidOf("Host", 1)) ?? assert.fail();
  assert.deepEqual(
    marks(
      { table: "Network", uuid: network, row: { ...blue, status: { northbound: "refused" } } },
      { table: "Host", uuid: host, row: { ...h1, versions: { kernel: "6.12" }, state: "down" } },
      endpoint(0, 0, { status: { northbound: "refused", port: "in use" } }),
    ),
    [],
  );
});
