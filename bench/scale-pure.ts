import { randomBytes } from "node:crypto";
import { type Change, OvsdbClient } from "@fairway/ovsdb";
import type { Unit } from "../packages/fairway/src/compile/desired.ts";
import { compileHostItem } from "../packages/fairway/src/compile/host.ts";
import { unitsTouchedBy } from "../packages/fairway/src/compile/touched.ts";
import { hostItemsTouchedBy } from "../packages/fairway/src/compile/touched-hosts.ts";
import { compileUnit } from "../packages/fairway/src/compile/units.ts";
import { Difference } from "../packages/fairway/src/control/difference.ts";
import { Northbound } from "../packages/fairway/src/control/northbound.ts";
import { Draft } from "../packages/fairway/src/intent/draft.ts";
import type { Tables } from "../packages/fairway/src/intent/generated/fairway.ts";
import { type Plan, Store } from "../packages/fairway/src/intent/store.ts";
import type { View } from "../packages/fairway/src/intent/view.ts";
import { silent } from "../packages/fairway/src/logger.ts";
import { Addresses } from "../packages/fairway/src/service/addresses.ts";
import { createService } from "../packages/fairway/src/service/center.ts";
import { Liveness } from "../packages/fairway/src/service/liveness.ts";
import type { Context, Service } from "../packages/fairway/src/service/service.ts";
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
  readonly #service: Service;

  constructor(intentRemote: string, northboundRemote: string) {
    const [intent, northbound] = [intentRemote, northboundRemote].map(
      (remote) => new OvsdbClient({ remotes: [remote] }),
    ) as [OvsdbClient, OvsdbClient];
    this.#clients = [intent, northbound];
    this.#store = new Store(intent, silent);
    this.#northbound = new Northbound(northbound);
    this.#rehearsal = new Rehearsal(this.#store);
    // Of the store it needs what a rehearsal has.
    const store = this.#rehearsal as unknown as Store;
    this.#service = createService({
      store,
      progress: {
        pending: 0,
        northbound: "connected",
        ovnVersion: null,
        endpoint: async () => ({ stage: "intent", detail: "" }),
      },
      liveness: new Liveness(() => performance.now()),
      automaticPools: [],
      smallestMtu: 1280,
      addresses: new Addresses(store, Date.now, RESERVATION_MS),
      centralName: "bench",
      version: "bench",
      now: Date.now,
    });
  }

  async measure(rounds: number): Promise<PureTimes> {
    await Promise.all([this.#store.replica.synced(), this.#northbound.replica.synced()]);
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
    const { address } = await this.#service.requestAddress(host, subnet?._uuid ?? "", {}, root);
    const [ip = ""] = address.split("/");
    const key = { host, networkId: engineId, endpointId: randomBytes(32).toString("hex") };
    const { endpoint } = await this.#service.createDockerEndpoint(key, { addresses: [ip] }, root);
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
    const { view } = this.#rehearsal;
    const units = new Set<Unit>(changes.flatMap((change) => unitsTouchedBy(view, change, changes.length)));
    const difference = new Difference(this.#northbound.replica);
    for (const unit of units) difference.add(unit, compileUnit(view, unit));
    if (difference.operations.length === 0) throw new Error("one more endpoint made no difference");
    for (const change of changes)
      for (const { host, key } of hostItemsTouchedBy(view, change, changes.length))
        compileHostItem(view, host, key);
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
