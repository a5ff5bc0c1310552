import { randomBytes } from "node:crypto";
import { type Change, OvsdbClient } from "@fairway/ovsdb";
import { Addresses } from "../packages/fairway/src/center/addresses/addresses.ts";
import { type Center, createCenter } from "../packages/fairway/src/center/center.ts";
import type { Context } from "../packages/fairway/src/center/context.ts";
import { Liveness } from "../packages/fairway/src/center/hosts/liveness.ts";
import { TrackedItems } from "../packages/fairway/src/compile/host/tracked-items.ts";
import type { Unit } from "../packages/fairway/src/compile/northbound/desired.ts";
import { TrackedUnits } from "../packages/fairway/src/compile/northbound/tracked-units.ts";
import { allUnits, inOrder } from "../packages/fairway/src/compile/northbound/units.ts";
import { Difference } from "../packages/fairway/src/control/difference.ts";
import { Northbound } from "../packages/fairway/src/control/northbound.ts";
import { Draft } from "../packages/fairway/src/intent/draft.ts";
import type { Tables } from "../packages/fairway/src/intent/generated/fairway.ts";
import type { Plan } from "../packages/fairway/src/intent/pending-change.ts";
import { Store } from "../packages/fairway/src/intent/store.ts";
import type { View } from "../packages/fairway/src/intent/view.ts";
import { silent } from "../packages/fairway/src/logger.ts";
import { pick } from "./scale-cluster.ts";

/** Microseconds of CPU for each of many repetitions. */
export interface PureTimes {
  /** RequestAddress and CreateEndpoint, with the operations that they would commit. */
  readonly service: number[];
  /** The units and host items that one more endpoint touches, compiled, and their difference to Northbound. */
  readonly compile: number[];
}

const RESERVATION_MS = 120_000;

const root: Context = { caller: { kind: "root" }, request: "bench", signal: new AbortController().signal };

/** What one more endpoint costs the center's own code, without databases and sockets: on replicas of its databases. */
export class PureParts implements AsyncDisposable {
  readonly #clients: readonly OvsdbClient[];
  readonly #store: Store;
  readonly #northbound: Northbound;
  readonly #rehearsal: Rehearsal;
  readonly #units: TrackedUnits;
  readonly #items: TrackedItems;
  readonly #marked = new Set<Unit>();
  readonly #service: Center;

  constructor(intentRemote: string, northboundRemote: string) {
    const [intent, northbound] = [intentRemote, northboundRemote].map(
      (remote) => new OvsdbClient({ remotes: [remote] }),
    ) as [OvsdbClient, OvsdbClient];
    this.#clients = [intent, northbound];
    this.#store = new Store(intent, silent);
    this.#northbound = new Northbound(northbound);
    this.#rehearsal = new Rehearsal(this.#store);
    this.#units = new TrackedUnits(this.#rehearsal.view, (unit) => this.#marked.add(unit));
    this.#items = new TrackedItems(this.#rehearsal.view);
    // Of the store it needs what a rehearsal has.
    const store = this.#rehearsal as unknown as Store;
    this.#service = createCenter({
      store,
      hostStates: {
        async *follow() {
          // Nobody follows.
        },
      },
      progress: {
        pending: 0,
        northbound: "connected",
        ovnVersion: null,
        isUp: () => true,
        inForce: async () => 1,
        isReached: () => true,
        foreignBindings: [],
        endpoint: async () => ({ stage: "intent", detail: "" }),
      },
      tracer: {
        trace: async () => ({ hops: [], waysOut: [], drop: undefined }),
        uplinkOf: () => ({ port: "", mac: "", nextMac: "", addresses: [] }),
      },
      liveness: new Liveness(() => performance.now()),
      automaticPools: [],
      smallestMtu: 1280,
      removeChassis: async () => undefined,
      addresses: new Addresses(store, Date.now, RESERVATION_MS),
      centerName: "bench",
      version: "bench",
      now: Date.now,
    });
  }

  async measure(rounds: number): Promise<PureTimes> {
    await Promise.all([this.#store.replica.synced(), this.#northbound.replica.synced()]);
    for (const unit of allUnits(this.#store.view)) this.#units.compile(unit);
    for (const { _uuid } of this.#store.view.rows("Host")) this.#items.begin(_uuid);
    this.#compileItems();
    const handles = [...this.#store.view.rows("Docker_Network")];
    const large = handles.filter((row) => this.#isLarge(row.network));
    // The same few at each size: on a network's first address its allocator is made.
    const small = handles.filter((row) => !this.#isLarge(row.network)).slice(0, 8);
    const times: PureTimes = { service: [], compile: [] };
    // The first rounds make allocators and compiled code.
    for (let round = -rounds; round < rounds; round++) {
      const at = round + rounds;
      const network = pick(at % 2 === 0 ? large : small, at / 2);
      const begun = performance.now();
      const changes = await this.#rehearse(network.host, network.network, network.engine_id);
      const planned = performance.now();
      this.#compile(changes);
      const compiled = performance.now();
      this.#rehearsal.forget();
      this.#undo(changes);
      if (round < 0) continue;
      times.service.push((planned - begun) * 1000);
      times.compile.push((compiled - planned) * 1000);
    }
    return times;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#northbound[Symbol.asyncDispose]();
    await this.#store[Symbol.asyncDispose]();
    for (const client of this.#clients) await client.close();
  }

  #isLarge(network: string): boolean {
    return this.#store.view.get("Network", network)?.name === "large";
  }

  async #rehearse(hostUuid: string, network: string, engineId: string): Promise<readonly Change<Tables>[]> {
    const { view } = this.#store;
    const [subnet] = view.find("Subnet", "byNetwork", network);
    const host = view.get("Host", hostUuid)?.name ?? "";
    const { address } = await this.#service.poolAddresses.request(host, subnet?._uuid ?? "", {}, root);
    const [ip = ""] = address.split("/");
    const key = { host, networkId: engineId, endpointId: randomBytes(32).toString("hex") };
    const { endpoint } = await this.#service.dockerEndpoints.create(key, { addresses: [ip] }, root);
    const after = this.#rehearsal.view;
    const row = after.get("Endpoint", endpoint);
    const [held] = after.find("Address", "byEndpoint", endpoint);
    const [handle] = after.find("Docker_Endpoint", "byEndpoint", endpoint);
    return [
      { table: "Endpoint", uuid: endpoint, old: undefined, new: row },
      { table: "Address", uuid: held?._uuid ?? "", old: undefined, new: held },
      { table: "Docker_Endpoint", uuid: handle?._uuid ?? "", old: undefined, new: handle },
    ];
  }

  #compile(changes: readonly Change<Tables>[]): void {
    const difference = new Difference(this.#northbound.replica);
    for (const unit of this.#follow(changes)) difference.add(unit, this.#units.compile(unit));
    if (difference.finish().operations.length === 0) throw new Error("one more endpoint made no difference");
    this.#compileItems();
  }

  /** What is compiled is as it was before these changes. */
  #undo(changes: readonly Change<Tables>[]): void {
    const undone = changes.map((change) => ({ ...change, old: change.new, new: change.old }));
    for (const unit of this.#follow(undone as readonly Change<Tables>[])) this.#units.compile(unit);
    this.#compileItems();
  }

  #follow(changes: readonly Change<Tables>[]): readonly Unit[] {
    this.#units.follow(changes);
    this.#items.follow(changes);
    while (this.#units.unsettled > 0) this.#units.settleNext();
    const marked = inOrder([...this.#marked]);
    this.#marked.clear();
    return marked;
  }

  #compileItems(): void {
    while (this.#items.unsettled > 0) this.#items.settleNext();
    for (const host of this.#items.marked())
      for (const key of this.#items.takeMarked(host)) this.#items.compile(host, key);
  }
}

/** A store whose changes nobody else ever sees: each stands on the one before, until all are forgotten. */
class Rehearsal {
  readonly replica: Store["replica"];
  readonly #committed: View;
  #drafts: Draft[] = [];

  constructor(store: Store) {
    this.replica = store.replica;
    this.#committed = store.view;
  }

  readonly view: View = {
    get: (table, uuid) => this.#top.get(table, uuid),
    rows: (table) => this.#top.rows(table),
    find: (table, index, key) => this.#top.find(table, index, key),
    count: (table, index, key) => this.#top.count(table, index, key),
  };

  get #top(): View {
    return this.#drafts.at(-1) ?? this.#committed;
  }

  async change<T>(plan: Plan<T>): Promise<T> {
    const draft = new Draft(this.#top);
    const result = plan(draft);
    draft.operations();
    this.#drafts.push(draft);
    return result;
  }

  forget(): void {
    for (const draft of this.#drafts.splice(0)) draft.abandon();
  }
}
