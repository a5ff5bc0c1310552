import {
  byUuid,
  type Change,
  type Operation,
  type OvsdbClient,
  OvsdbError,
  type OvsdbErrorCode,
  operationsFor,
  Replica,
} from "@fairway/ovsdb";
import type { Unit } from "../compile/northbound/desired.ts";
import { schema, type Tables } from "../compile/northbound/generated/northbound.ts";
import { referrersOf, unitOf } from "../compile/northbound/marks.ts";
import { FairwayError } from "../errors.ts";
import type { Term } from "../intent/term.ts";
import { orAbort } from "../runtime/or-abort.ts";
import { OWNED_TABLES, referredBy, rootPlacesIn } from "./ownership.ts";

const op = operationsFor<Tables>(schema);
const EPOCH = "fairway-epoch";
/**
 * How soon hosts know that one which passes on for a router is gone: three packets that did not come, ms (ovn-nb(5), NB_Global `bfd-*`). OVN's own
 * defaults take seconds.
 */
const LIVELINESS = { "bfd-min-rx": "100", "bfd-min-tx": "100", "bfd-mult": "3" };
const COMMIT_TIMEOUT_MS = 10_000;

/**
 * OVN Northbound: a replica of what may be ours, and transactions that are fenced by the epoch. The sets of ports and routes
 * are not read: with each port that comes or goes, a switch of thousands would have to be looked at again. What refers to root rows is:
 * these stay where somebody takes them out of it.
 */
export class Northbound implements AsyncDisposable {
  readonly replica: Replica<Tables>;
  readonly #client: OvsdbClient;
  #leading: { readonly term: Term; readonly epoch: number } | undefined;

  constructor(client: OvsdbClient) {
    this.#client = client;
    type Marked = { readonly external_ids: Readonly<Record<string, string>> };
    const byMarks = {
      byUnit: ({ external_ids }: Marked) => unitOf(external_ids),
      byReferrer: ({ external_ids }: Marked) => referrersOf(external_ids),
    };
    this.replica = new Replica<Tables>(client, schema, {
      tables: {
        NB_Global: { columns: ["external_ids", "options", "nb_cfg"] },
        Logical_Switch: { columns: ["name", "other_config", "load_balancer", "external_ids"] },
        Logical_Switch_Port: {
          columns: [
            "name",
            "type",
            "addresses",
            "port_security",
            "parent_name",
            "tag",
            "options",
            "dhcpv4_options",
            "dhcpv6_options",
            "external_ids",
          ],
        },
        Logical_Router: { columns: ["name", "options", "external_ids"] },
        Logical_Router_Port: {
          columns: ["name", "mac", "networks", "ipv6_ra_configs", "options", "external_ids"],
        },
        Gateway_Chassis: { columns: ["name", "chassis_name", "priority", "external_ids"] },
        Load_Balancer: { columns: ["name", "vips", "options", "external_ids"] },
        DHCP_Options: { columns: ["cidr", "options", "external_ids"] },
        Address_Set: { columns: ["name", "addresses", "external_ids"] },
        Port_Group: { columns: ["name", "external_ids"] },
        ACL: { columns: ["direction", "priority", "match", "action", "options", "external_ids"] },
        QoS: { columns: ["direction", "priority", "match", "bandwidth", "external_ids"] },
        NAT: { columns: ["type", "external_ip", "logical_ip", "gateway_port", "external_ids"] },
        Logical_Router_Policy: { columns: ["priority", "match", "action", "external_ids"] },
        Logical_Router_Static_Route: {
          columns: ["ip_prefix", "nexthop", "output_port", "route_table", "external_ids"],
        },
      },
      indexes: Object.fromEntries(OWNED_TABLES.map((table) => [table, byMarks])),
    });
    this.replica.on("change", this.#lookAtEpoch);
    this.replica.on("synced", this.#lookAtEpoch);
  }

  /** The version of OVN that northd writes down (ovn-nb(5), NB_Global `options`); null until it has. */
  get ovnVersion(): string | null {
    const [row] = this.replica.table("NB_Global").rows();
    return row?.options["northd_internal_version"]?.split("-", 1)[0] ?? null;
  }

  /** The number of the last state that hosts are asked to come to (ovn-nb(5), NB_Global `nb_cfg`); not a number where none is known. */
  get sequence(): number {
    const [row] = this.replica.table("NB_Global").rows();
    return row?.nb_cfg ?? Number.NaN;
  }

  /** Counts one further: each host's OVN comes to that number once it does as is written here by now. Throws as `commit`. */
  async nextSequence(): Promise<number> {
    await this.commit([op.mutate("NB_Global", byUuid(this.#global().uuid), [["nb_cfg", "+=", 1]])]);
    return this.sequence;
  }

  /** All units that have rows here, once for each row. */
  *units(): Iterable<Unit> {
    for (const table of OWNED_TABLES)
      for (const { external_ids } of this.replica.table(table).rows()) {
        const unit = unitOf(external_ids);
        if (unit !== undefined) yield unit;
      }
  }

  /** The units of the rows that a change tells of, and of the root rows that one of these does not refer to any more. */
  *unitsOf({ table, old, new: now }: Change<Tables>): Iterable<Unit> {
    for (const row of [old, now]) if (row !== undefined) yield* this.#unitOf(row);
    if (table === "NB_Global" || old === undefined || now === undefined) return;
    for (const place of rootPlacesIn(table))
      for (const uuid of referredBy(old, place.column))
        if (!referredBy(now, place.column).includes(uuid))
          yield* this.#unitOf(this.replica.table(place.refTable).get(uuid));
  }

  /** Whether this center can write here: its term's epoch was written down here, too. */
  get isLed(): boolean {
    return this.replica.isSynced && this.#leading?.term.isOver === false;
  }

  isLedIn(term: Term): boolean {
    return this.#leading?.term === term && !term.isOver;
  }

  /** Endpoints that have a port here, with their networks and their addresses. */
  *endpoints(): Iterable<{
    readonly uuid: string;
    readonly network: string;
    readonly ips: readonly string[];
  }> {
    for (const { _uuid: uuid, addresses, external_ids } of this.replica.table("Logical_Switch_Port").rows()) {
      // Its port groups refer to it, too.
      const network = referrersOf(external_ids).find((each) => this.#isSwitch(each));
      if (network === undefined || unitOf(external_ids) !== `endpoint/${uuid}`) continue;
      yield { uuid, network, ips: addresses.flatMap((each) => each.split(" ").slice(1)) };
    }
  }

  /** The epoch under which somebody wrote here last, 0 where nobody did. Waits until it is known, or throws with the signal. */
  async lastEpoch(signal: AbortSignal): Promise<number> {
    await orAbort(this.replica.synced(signal), signal);
    return this.#global().epoch || 0;
  }

  /** Resolves when the replica shows what was written until now: the server tells changes before it answers. */
  async caughtUp(signal: AbortSignal): Promise<void> {
    await this.#client.request("echo", [], { timeoutMs: COMMIT_TIMEOUT_MS, signal });
  }

  /**
   * Writes the term's epoch down here too, so that whoever led before can write no more. From then on the term ends where another
   * epoch is found here: another center has taken over, or Northbound was emptied or restored from a backup.
   * Throws `not_leader` where a higher one is here already, `unavailable` where Northbound is empty.
   */
  async lead(epoch: number, term: Term): Promise<void> {
    const last = await this.lastEpoch(term.signal);
    if (last >= epoch)
      throw new FairwayError(
        "not_leader",
        `OVN Northbound has seen epoch ${last}; this center leads in epoch ${epoch}`,
      );
    const { uuid } = this.#global();
    await this.#client.transact(
      schema.name,
      [
        ...(last === 0 ? [] : [this.#fence(uuid, last)]),
        op.mutate("NB_Global", byUuid(uuid), [["external_ids", "delete", [EPOCH]]]),
        op.mutate("NB_Global", byUuid(uuid), [["external_ids", "insert", { [EPOCH]: String(epoch) }]]),
        // What stands there already stays (RFC 7047 §5.1, "insert").
        op.mutate("NB_Global", byUuid(uuid), [["options", "insert", LIVELINESS]]),
      ],
      { timeoutMs: COMMIT_TIMEOUT_MS, signal: term.signal },
    );
    this.#leading = { term, epoch };
    this.#lookAtEpoch();
  }

  /** One transaction. Throws `not_leader` where the term is over, else what OVSDB says. */
  async commit(operations: readonly Operation[]): Promise<void> {
    const leading = this.#leading;
    if (leading === undefined) throw new FairwayError("not_leader", "this center does not lead");
    const { term, epoch } = leading;
    term.signal.throwIfAborted();
    if (operations.length === 0) return;
    const fence = this.#fence(this.#global().uuid, epoch);
    try {
      await this.#client.transact(schema.name, [fence, ...operations], {
        timeoutMs: COMMIT_TIMEOUT_MS,
        signal: term.signal,
      });
    } catch (cause) {
      // The fence alone times out: it is the only `wait`.
      if (cause instanceof OvsdbError && cause.code === "timed out")
        term.end("OVN Northbound has another epoch");
      term.signal.throwIfAborted();
      throw cause;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.replica.close();
  }

  #isSwitch(uuid: string): boolean {
    return this.replica.table("Logical_Switch").get(uuid) !== undefined;
  }

  *#unitOf(row: { readonly external_ids: Readonly<Record<string, string>> } | undefined): Iterable<Unit> {
    const unit = row && unitOf(row.external_ids);
    if (unit !== undefined) yield unit;
  }

  readonly #lookAtEpoch = (): void => {
    if (this.#leading === undefined || !this.isLed) return;
    const { term, epoch } = this.#leading;
    const found = this.#rowOfEpoch()?.epoch;
    if (found === epoch) return;
    term.end(`OVN Northbound has ${found === undefined ? "no epoch" : `epoch ${found}`}`);
  };

  #rowOfEpoch(): { readonly uuid: string; readonly epoch: number | undefined } | undefined {
    for (const { _uuid, external_ids } of this.replica.table("NB_Global").rows()) {
      const epoch = external_ids[EPOCH];
      return { uuid: _uuid, epoch: epoch === undefined ? undefined : Number(epoch) };
    }
    return undefined;
  }

  #global(): { readonly uuid: string; readonly epoch: number | undefined } {
    const row = this.#rowOfEpoch();
    if (row !== undefined) return row;
    throw new FairwayError("unavailable", "OVN Northbound has no NB_Global row yet: is ovn-northd running?");
  }

  #fence(uuid: string, epoch: number): Operation {
    const where = [
      ["_uuid", "==", uuid],
      ["external_ids", "includes", { [EPOCH]: String(epoch) }],
    ] as const;
    return op.wait("NB_Global", where, ["_uuid"], "==", [{ _uuid: uuid }], 0);
  }
}

/**
 * Whether a commit failed because of what it was to write: a rule of the schema, a value that cannot be sent. What says nothing of
 * the operations (no connection, no reply, a term that is over) is no refusal.
 */
export function isRefusal(error: unknown): boolean {
  if (error instanceof FairwayError) return false;
  return !(error instanceof OvsdbError) || !(error.retryable || unrelated.has(error.code));
}

const unrelated: ReadonlySet<OvsdbErrorCode> = new Set([
  "canceled",
  "closed",
  "protocol error",
  "permission error",
  "unknown database",
]);
