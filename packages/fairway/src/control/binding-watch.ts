import { setTimeout as sleep } from "node:timers/promises";
import type { Change, OvsdbClient } from "@fairway/ovsdb";
import { isSame } from "../columns.ts";
import type {
  LogicalSwitchPortRow,
  Tables as NorthboundTables,
} from "../compile/northbound/generated/northbound.ts";
import type { Logger } from "../logger.ts";
import { guarded } from "../runtime/guarded.ts";
import { Loop } from "../runtime/loop.ts";
import { type Fault, faultsOf, ownChassis, repair } from "./foreign-bindings.ts";
import { type PortBindingRow, schema, type Tables } from "./generated/southbound.ts";
import type { Northbound } from "./northbound.ts";
import type { Southbound } from "./southbound.ts";

/** How long a chassis may take to let go of a port that it had before another was to have it, ms. */
const defaultReleaseMs = 10_000;
/** Between two rounds, ms. It does not grow: that would leave a port to whoever goes on taking it. */
const ROUND_MS = 10;
/** Bindings in one transaction. */
const MAX_BATCH = 256;
const COMMIT_TIMEOUT_MS = 10_000;

export interface BindingWatchParts {
  readonly northbound: Northbound;
  readonly southbound: Southbound;
  readonly southboundClient: OvsdbClient;
  /** Somebody has bound a port that was not to be theirs. */
  readonly onForeign: (port: LogicalSwitchPortRow, fault: Fault) => void;
  readonly logger: Logger;
  /** 10 s by default. */
  readonly releaseMs?: number | undefined;
}

interface Sighting {
  readonly atMs: number;
  /** Undefined where it is not late, or nobody has looked yet. */
  lateUntilMs?: number;
}

interface Suspicion {
  /** What was wrong, when that was first seen. */
  readonly sightings: Map<Fault, Sighting>;
  /** The row as it was when the port's own chassis had it. */
  before: PortBindingRow | undefined;
}

interface Condemned {
  readonly faults: Set<Fault>;
  readonly before: PortBindingRow | undefined;
}

/**
 * Keeps ports with their own chassis: OVN's role lets every host write every port's binding (docs/adr/0012). It follows the Southbound,
 * compares what changed with Northbound, which no host can write, and takes back what is wrong. Only what came while it was wrong
 * is somebody's doing. What was there before it became wrong is late: its chassis has time to let go, and nobody is to blame.
 */
export class BindingWatch implements AsyncDisposable {
  readonly #parts: BindingWatchParts;
  readonly #loop: Loop;
  /** By binding; without a verdict yet. */
  readonly #suspicions = new Map<string, Suspicion>();
  /** By binding; what is to be taken back. */
  readonly #condemned = new Map<string, Condemned>();
  /** By port and fault: until when nobody is to blame for it, ms. */
  readonly #excusedUntilMs = new Map<string, number>();
  /** Whether everything was looked at since both databases were last complete; from then on changes are enough. */
  #hasLooked = false;

  constructor(parts: BindingWatchParts) {
    this.#parts = parts;
    const { northbound, southbound, logger } = parts;
    this.#loop = new Loop({
      name: "keep ports with their chassis",
      work: (signal) => this.#round(signal),
      logger,
    });
    const lookAtAll = guarded("look at all bindings of ports", logger, this.#lookAtAll);
    for (const { replica } of [northbound, southbound]) {
      replica.on("synced", lookAtAll);
      replica.on("unsynced", this.#onUnsynced);
    }
    southbound.replica.on("change", guarded("look at bindings of ports", logger, this.#follow));
    northbound.replica.on(
      "change",
      guarded("look at bindings of changed ports", logger, this.#followNorthbound),
    );
  }

  /** This center leads from now on. */
  readonly soon = (): void => this.#loop.soon();

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
  }

  /** Nobody knows since when that is wrong which is found so: it is late. */
  readonly #lookAtAll = (): void => {
    const { northbound, southbound } = this.#parts;
    if (!northbound.replica.isSynced || !southbound.replica.isSynced) return;
    this.#hasLooked = true;
    for (const binding of southbound.replica.table("Port_Binding").rows()) this.#excuse(binding);
    this.#loop.soon();
  };

  readonly #onUnsynced = (): void => {
    this.#hasLooked = false;
  };

  readonly #follow = (changes: readonly Change<Tables>[]): void => {
    if (!this.#hasLooked) return;
    for (const change of changes)
      if (change.table === "Chassis") this.#loop.soon();
      else if (change.new !== undefined) this.#suspect(change.new, change.old);
  };

  /** A port that is another chassis' from now on: who has it bound, or was to have it, is late. */
  readonly #followNorthbound = (changes: readonly Change<NorthboundTables>[]): void => {
    if (!this.#hasLooked) return;
    for (const change of changes) {
      if (change.table !== "Logical_Switch_Port" || change.new === undefined) continue;
      const { old, new: port } = change;
      if (old !== undefined && isSame(old.options, port.options)) continue;
      const before = old && ownChassis(old);
      if (typeof before === "string") this.#excuseFault(port._uuid, `chassis ${before}`);
      const [binding] = this.#parts.southbound.replica.table("Port_Binding").find("byPort", port.name);
      if (binding !== undefined) this.#excuse(binding);
    }
  };

  #excuse(binding: PortBindingRow): void {
    const known = this.#suspicions.get(binding._uuid)?.sightings;
    for (const fault of this.#faultsOf(binding))
      if (known?.has(fault) !== true) this.#excuseFault(binding.logical_port, fault);
    this.#suspect(binding, undefined);
  }

  #excuseFault(port: string, fault: Fault): void {
    const { releaseMs = defaultReleaseMs } = this.#parts;
    this.#excusedUntilMs.set(`${port} ${fault}`, performance.now() + releaseMs);
  }

  #suspect(binding: PortBindingRow, before: PortBindingRow | undefined): void {
    const faults = this.#faultsOf(binding);
    if (faults.length === 0) return;
    const suspicion = this.#suspicions.get(binding._uuid) ?? { sightings: new Map(), before: undefined };
    const now = performance.now();
    for (const fault of faults)
      if (!suspicion.sightings.has(fault)) suspicion.sightings.set(fault, { atMs: now });
    if (before !== undefined && this.#faultsOf(before).length === 0) suspicion.before ??= before;
    this.#suspicions.set(binding._uuid, suspicion);
    this.#loop.soon();
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { northbound, southbound } = this.#parts;
    const isReady = () => northbound.isLed && southbound.replica.isSynced;
    if (!isReady()) return;
    // A chassis may have heard of a port before this process has.
    if (this.#suspicions.size > 0) await northbound.caughtUp(signal);
    if (!isReady()) return;
    this.#judge();
    if (await this.#repair(signal)) await sleep(ROUND_MS, undefined, { signal }).catch(() => undefined);
  }

  #judge(): void {
    for (const [uuid, { sightings, before }] of this.#suspicions) {
      const binding = this.#bindingOf(uuid);
      const port = binding && this.#portOf(binding);
      if (binding === undefined || port === undefined) {
        this.#suspicions.delete(uuid);
        continue;
      }
      const condemned = this.#condemned.get(uuid) ?? { faults: new Set(), before };
      for (const [fault, sighting] of sightings) {
        const verdict = this.#verdict(port, binding, fault, sighting);
        if (verdict === "open") continue;
        sightings.delete(fault);
        if (verdict === "none") continue;
        if (verdict === "lie") this.#parts.onForeign(port, fault);
        else this.#parts.logger.debug({ port: port.name, fault }, "a port is put right that was late");
        condemned.faults.add(fault);
      }
      if (condemned.faults.size > 0) this.#condemned.set(uuid, condemned);
      if (sightings.size === 0) this.#suspicions.delete(uuid);
    }
    const now = performance.now();
    for (const [key, untilMs] of this.#excusedUntilMs) if (untilMs <= now) this.#excusedUntilMs.delete(key);
  }

  #verdict(port: LogicalSwitchPortRow, binding: PortBindingRow, fault: Fault, sighting: Sighting) {
    const isOver = fault === "options" && !this.#faultsOf(binding).includes(fault);
    if (isOver || isAllowed(fault, port)) return "none";
    const excused = this.#excusedUntilMs.get(`${port._uuid} ${fault}`) ?? 0;
    if (sighting.atMs < excused) sighting.lateUntilMs ??= excused;
    if (sighting.lateUntilMs === undefined) return "lie";
    const leftMs = sighting.lateUntilMs - performance.now();
    if (leftMs > 0) this.#loop.after(leftMs);
    return leftMs > 0 || !this.#hasChassis(ownChassis(port)) ? "open" : "late";
  }

  /** Whether somebody can have the port instead: until its own chassis is there, it stays where its packets may well arrive. */
  #hasChassis(own: string | null | undefined): boolean {
    return own == null || this.#parts.southbound.replica.table("Chassis").count("byName", own) > 0;
  }

  /** Whether anything was taken back. What fails stays condemned. */
  async #repair(signal: AbortSignal): Promise<boolean> {
    let hasRepaired = false;
    for (;;) {
      const batch = [...this.#condemned.entries().take(MAX_BATCH)];
      if (batch.length === 0) return hasRepaired;
      const operations = batch.flatMap(([uuid, { faults, before }]) => {
        const binding = this.#bindingOf(uuid);
        const port = binding && this.#portOf(binding);
        if (binding === undefined || port === undefined) return [];
        return repair({ binding, port, faults, before, nameOf: this.#nameOf });
      });
      if (operations.length > 0) {
        const bounds = { timeoutMs: COMMIT_TIMEOUT_MS, signal };
        await this.#parts.southboundClient.transact(schema.name, operations, bounds);
        hasRepaired = true;
      }
      for (const [uuid] of batch) this.#condemned.delete(uuid);
    }
  }

  #faultsOf(binding: PortBindingRow): readonly Fault[] {
    const port = this.#portOf(binding);
    return port === undefined ? [] : faultsOf(binding, port, this.#nameOf);
  }

  /** The port of a binding, where it is ours. */
  #portOf({ logical_port }: PortBindingRow): LogicalSwitchPortRow | undefined {
    const port = this.#parts.northbound.replica.table("Logical_Switch_Port").get(logical_port);
    return port?.external_ids["fairway"] === undefined ? undefined : port;
  }

  #bindingOf(uuid: string): PortBindingRow | undefined {
    return this.#parts.southbound.replica.table("Port_Binding").get(uuid);
  }

  readonly #nameOf = (chassis: string): string | undefined =>
    this.#parts.southbound.replica.table("Chassis").get(chassis)?.name;
}

function isAllowed(fault: Fault, port: LogicalSwitchPortRow): boolean {
  const own = ownChassis(port);
  return fault !== "options" && (own === undefined || fault === `chassis ${own}`);
}
