import { setTimeout as sleep } from "node:timers/promises";
import { type Operation, OvsdbError, operationsFor } from "@fairway/ovsdb";
import { FairwayError } from "../errors.ts";
import { derive } from "../identity.ts";
import { Backoff, type BackoffBounds } from "../runtime/backoff.ts";
import { schema, type Tables } from "./generated/open-vswitch.ts";
import { linkNames } from "./link-names.ts";
import { foreignPort, type OpenVSwitch, openVSwitchError } from "./open-vswitch.ts";

/** Between two tries of a change that Open vSwitch's database did not take for now. */
const backoffBounds: BackoffBounds = { firstMs: 100, longestMs: 2_000 };

const op = operationsFor<Tables>(schema);

/** Marks a row as Fairway's and says for whom it is: by the endpoint's key in the host's state. */
const ownerKey = "fairway";
const ownerPrefix = "endpoint/";

/** How far the local chassis is with a port. */
export type PortProgress =
  | { readonly stage: "absent" }
  | { readonly stage: "unopened" }
  | { readonly stage: "broken"; readonly error: string }
  | { readonly stage: "opened" }
  | { readonly stage: "installed" };

/**
 * The endpoints' ports in the integration bridge. A port's rows have UUIDs that follow from the endpoint's, so that making them twice
 * makes them once. Foreign ports are never touched.
 */
export class Ports {
  readonly #openVSwitch: OpenVSwitch;
  readonly #bridge: string;

  constructor(openVSwitch: OpenVSwitch, bridge: string) {
    this.#openVSwitch = openVSwitch;
    this.#bridge = bridge;
  }

  /**
   * Waits for the bridge, which ovn-controller makes.
   * @returns its datapath's type; `netdev` is the userspace datapath.
   */
  async datapathType(signal: AbortSignal): Promise<string> {
    const bridges = this.#openVSwitch.replica.table("Bridge");
    const bridge = await this.#until(signal, () => bridges.find("name", this.#bridge)[0]);
    return bridge.datapath_type;
  }

  /** Endpoints that have a port of ours, by the port's mark. */
  list(): ReadonlySet<string> {
    const endpoints = new Set<string>();
    for (const row of this.#openVSwitch.replica.table("Port").rows()) {
      const endpoint = endpointOf(ownerOf(row) ?? "");
      if (endpoint !== undefined) endpoints.add(endpoint);
    }
    return endpoints;
  }

  has(endpoint: string): boolean {
    return this.#openVSwitch.replica.table("Port").get(portUuid(endpoint)) !== undefined;
  }

  /**
   * Puts the host's end of the endpoint's link into the bridge, under the endpoint's UUID as `iface-id` (ovn-controller(8)).
   * @throws `conflict` where a foreign port has the name; `unavailable` where the bridge went away.
   */
  async add({ endpoint, mac }: { endpoint: string; mac: string }, signal: AbortSignal): Promise<void> {
    if (this.has(endpoint)) return;
    const name = linkNames(endpoint).host;
    const owner = { [ownerKey]: keyOf(endpoint) };
    const port = portUuid(endpoint);
    const iface = interfaceUuid(endpoint);
    const results = await this.#transact(`take the port ${name}`, signal, [
      op.insert(
        "Interface",
        { name, external_ids: { ...owner, "iface-id": endpoint, "attached-mac": mac } },
        iface,
      ),
      op.insert("Port", { name, interfaces: [iface], external_ids: owner }, port),
      op.mutate("Bridge", [["name", "==", this.#bridge]], [["ports", "insert", [port]]]),
    ]);
    if (results?.[2]?.count === 0)
      throw new FairwayError("unavailable", `The bridge ${this.#bridge} was removed from Open vSwitch`);
  }

  /** Takes the port out of the bridge; Open vSwitch removes its rows. */
  async remove(endpoint: string, signal: AbortSignal): Promise<void> {
    if (this.#openVSwitch.replica.isSynced && !this.has(endpoint)) return;
    const port = portUuid(endpoint);
    await this.#transact(`remove the port ${linkNames(endpoint).host}`, signal, [
      op.mutate("Bridge", [["ports", "includes", [port]]], [["ports", "delete", [port]]]),
    ]);
  }

  progress(endpoint: string): PortProgress {
    return this.#progressOf(interfaceUuid(endpoint));
  }

  #progressOf(iface: string): PortProgress {
    const row = this.#openVSwitch.replica.table("Interface").get(iface);
    if (row === undefined) return { stage: "absent" };
    if (row.error !== null) return { stage: "broken", error: row.error };
    if (row.external_ids["ovn-installed"] === "true") return { stage: "installed" };
    return { stage: row.ofport === null ? "unopened" : "opened" };
  }

  /**
   * Waits until OVN has the port's flows in place: ovn-controller writes `ovn-installed` into the Interface (ovn-controller(8)).
   * @throws at once where Open vSwitch cannot open the link, and the signal's reason when it ends the wait.
   */
  async installed(endpoint: string, signal: AbortSignal): Promise<void> {
    const iface = interfaceUuid(endpoint);
    await this.#until(signal, () => {
      const progress = this.#progressOf(iface);
      if (progress.stage === "broken") throw new FairwayError("internal", `Open vSwitch: ${progress.error}`);
      return progress.stage === "installed" || undefined;
    });
  }

  /** Looks now and after every change until there is something to see. @throws what `look` throws, or the signal's reason. */
  async #until<T>(signal: AbortSignal, look: () => T | undefined): Promise<T> {
    const { replica } = this.#openVSwitch;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const tryLook = () => {
      try {
        const seen = look();
        if (seen !== undefined) resolve(seen);
      } catch (error) {
        reject(error);
      }
    };
    const giveUp = () => reject(signal.reason);
    replica.on("change", tryLook);
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      if (signal.aborted) giveUp();
      tryLook();
      return await promise;
    } finally {
      replica.off("change", tryLook);
      signal.removeEventListener("abort", giveUp);
    }
  }

  /** Tries again what may pass: with UUIDs of our own a second commit of the same is refused. */
  async #transact(doing: string, signal: AbortSignal, operations: readonly Operation[]) {
    const backoff = new Backoff(backoffBounds);
    for (;;) {
      try {
        return await this.#openVSwitch.client.transact(schema.name, operations, { signal });
      } catch (error) {
        if (!(error instanceof OvsdbError)) throw error;
        if (error.code === "duplicate uuid") return undefined;
        if (error.code === "constraint violation") throw foreignPort(error);
        if (!error.retryable || signal.aborted) throw openVSwitchError(doing, error);
        await sleep(backoff.failed(), undefined, { signal });
      }
    }
  }
}

/** For whom a row is; undefined where it is none of ours. */
export function ownerOf(row: Tables["Port"] | undefined): string | undefined {
  return row?.external_ids[ownerKey];
}

/** The key of the host's state that is about an endpoint. */
export function keyOf(endpoint: string): string {
  return `${ownerPrefix}${endpoint}`;
}

/** The endpoint that a key of the host's state, or a port's mark, is about; undefined where it is about something else. */
export function endpointOf(key: string): string | undefined {
  return key.startsWith(ownerPrefix) ? key.slice(ownerPrefix.length) : undefined;
}

function portUuid(endpoint: string): string {
  return derive("port", endpoint);
}

function interfaceUuid(endpoint: string): string {
  return derive("interface", endpoint);
}
