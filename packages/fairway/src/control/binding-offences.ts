import type { Change } from "@fairway/ovsdb";
import type { ForeignBinding } from "../center/schemas/status.ts";
import type { LogicalSwitchPortRow } from "../compile/northbound/generated/northbound.ts";
import type { Tables } from "../intent/generated/fairway.ts";
import type { Store } from "../intent/store.ts";
import type { View } from "../intent/view.ts";
import type { Logger } from "../logger.ts";
import { Backoff } from "../runtime/backoff.ts";
import { guarded } from "../runtime/guarded.ts";
import type { Fault } from "./foreign-bindings.ts";

/** Pauses between two words in the log about the same chassis. */
const LOG_BACKOFF = { firstMs: 60_000, longestMs: 3_600_000 };
/** Of the ports that one chassis took, the last ones are named. */
const NAMED = 3;

interface Offence {
  times: number;
  last: number;
  ports: readonly string[];
  logDueMs: number;
  readonly backoff: Backoff;
}

/**
 * For which hosts ports of others were bound, how often and when, since this process began: for people, in the log and in the
 * status. Whose key did it nobody can see.
 */
export class BindingOffences {
  readonly #store: Store;
  readonly #logger: Logger;
  readonly #now: () => number;
  /** By chassis' name; null where a binding was changed for no chassis. */
  readonly #offences = new Map<string | null, Offence>();

  /** @param now the time in ms. */
  constructor(store: Store, logger: Logger, now: () => number) {
    this.#store = store;
    this.#logger = logger;
    this.#now = now;
    store.replica.on("change", guarded("forget removed hosts", logger, this.#forget));
  }

  note(port: LogicalSwitchPortRow, fault: Fault): void {
    const chassis = fault === "options" ? null : fault.slice("chassis ".length);
    const known = this.#offences.get(chassis);
    const offence = known ?? { times: 0, last: 0, ports: [], logDueMs: 0, backoff: new Backoff(LOG_BACKOFF) };
    const name = nameOf(this.#store.view, port);
    offence.times++;
    offence.last = this.#now();
    offence.ports = [name, ...offence.ports.filter((each) => each !== name)].slice(0, NAMED);
    this.#offences.set(chassis, offence);
    this.#log(chassis, name, offence);
  }

  list(): readonly ForeignBinding[] {
    return Array.from(this.#offences, ([chassis, { times, last, ports }]) => {
      const at = new Date(last).toISOString();
      const does = chassis === null ? "changes" : "claims";
      return {
        host: chassis === null ? null : this.#hostOf(chassis),
        chassis,
        times,
        last: at,
        what: `${does} ports of other hosts: ${ports.join(", ")} (${times === 1 ? "once" : `${times} times`}, last at ${at})`,
      };
    });
  }

  #log(chassis: string | null, port: string, offence: Offence): void {
    const now = performance.now();
    if (now < offence.logDueMs) return;
    offence.logDueMs = now + offence.backoff.failed();
    const fields = { port, times: offence.times };
    if (chassis === null)
      this.#logger.warn(
        fields,
        "a host's key changed the options of another host's port; they are put right",
      );
    else
      this.#logger.warn(
        { host: this.#hostOf(chassis), chassis, ...fields },
        "a host claims a port of another host; it is taken back",
      );
  }

  #hostOf(chassis: string): string | null {
    return this.#store.view.find("Host", "bySystemId", chassis)[0]?.name ?? null;
  }

  /** Who comes again begins anew. */
  readonly #forget = (changes: readonly Change<Tables>[]): void => {
    for (const { table, old, new: now } of changes)
      if (table === "Host" && old !== undefined && now === undefined) this.#offences.delete(old.system_id);
  };
}

/** What a port is to people. */
function nameOf(view: View, { _uuid, external_ids }: LogicalSwitchPortRow): string {
  const endpoint = view.get("Endpoint", _uuid);
  if (endpoint !== undefined) {
    if (endpoint.name !== null) return `port ${endpoint.name}`;
    const [handle] = view.find("Docker_Endpoint", "byEndpoint", _uuid);
    const what = handle?.container_name
      ? `container ${handle.container_name}`
      : `endpoint ${_uuid.slice(0, 8)}`;
    const host = endpoint.host === null ? undefined : view.get("Host", endpoint.host);
    return host === undefined ? what : `${what} of host ${host.name}`;
  }
  const network = view.get("Network", external_ids["fairway"]?.split("/")[1] ?? "");
  const host = external_ids["fairway-host"];
  const whose = host === undefined ? "the hosts' port" : `the port of host ${host}`;
  return `${whose} on network ${network?.name ?? "unknown"}`;
}
