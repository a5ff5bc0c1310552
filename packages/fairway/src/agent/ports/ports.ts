import { FairwayError } from "../../errors.ts";
import { BridgePorts } from "../../host/open-vswitch/bridge-ports.ts";
import type { OpenVSwitch, OpenVSwitchReplica } from "../../host/open-vswitch/open-vswitch.ts";
import { derive } from "../../identity.ts";
import type { BackoffBounds } from "../../runtime/backoff.ts";
import { until } from "../../runtime/until.ts";
import { containerPorts, type PortKind } from "./port-kind.ts";

/** Between two tries of a change that Open vSwitch's database did not take for now. */
const backoff: BackoffBounds = { firstMs: 100, longestMs: 2_000 };

/** Marks a row as Fairway's and says for whom it is: by the endpoint's key in the host's state. */
const ownerKey = "fairway";

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
  readonly #replica: OpenVSwitchReplica;
  readonly #bridge: string;
  readonly #rows: BridgePorts;
  readonly #kind: PortKind;

  constructor(openVSwitch: OpenVSwitch, bridge: string, kind: PortKind = containerPorts) {
    this.#kind = kind;
    this.#replica = openVSwitch.replica;
    this.#bridge = bridge;
    this.#rows = new BridgePorts(openVSwitch, bridge, backoff);
  }

  /**
   * Waits for the bridge, which ovn-controller makes.
   * @returns its datapath's type; `netdev` is the userspace datapath. @throws the signal's reason.
   */
  async datapathType(signal: AbortSignal): Promise<string> {
    const find = () => this.#replica.table("Bridge").find("name", this.#bridge)[0];
    await this.#until(signal, () => find() !== undefined);
    return find()?.datapath_type ?? "";
  }

  /** Endpoints that have a port of ours, by the port's mark. */
  list(): ReadonlySet<string> {
    const endpoints = new Set<string>();
    for (const row of this.#replica.table("Port").rows()) {
      const endpoint = this.#kind.endpointOf(ownerOf(row.external_ids) ?? "");
      if (endpoint !== undefined) endpoints.add(endpoint);
    }
    return endpoints;
  }

  has(endpoint: string): boolean {
    return this.#replica.table("Port").get(portUuid(endpoint)) !== undefined;
  }

  /**
   * Puts the host's end of the endpoint's link into the bridge, under the endpoint's UUID as `iface-id` (ovn-controller(8)).
   * @throws `conflict` where a foreign port has the name; `unavailable` where the bridge went away.
   */
  async add({ endpoint, mac }: { endpoint: string; mac: string }, signal: AbortSignal): Promise<void> {
    if (this.has(endpoint)) return;
    const port = {
      name: this.#kind.linkNames(endpoint).host,
      uuids: { port: portUuid(endpoint), iface: interfaceUuid(endpoint) },
      owner: { [ownerKey]: this.#kind.key(endpoint) },
      iface: { external_ids: { "iface-id": endpoint, "attached-mac": mac } },
    };
    await this.#rows.add(port, signal);
  }

  /** Takes the port out of the bridge; Open vSwitch removes its rows. */
  async remove(endpoint: string, signal: AbortSignal): Promise<void> {
    if (this.#replica.isSynced && !this.has(endpoint)) return;
    await this.#rows.remove({ name: this.#kind.linkNames(endpoint).host, port: portUuid(endpoint) }, signal);
  }

  progress(endpoint: string): PortProgress {
    return this.#progressOf(interfaceUuid(endpoint));
  }

  #progressOf(iface: string): PortProgress {
    const row = this.#replica.table("Interface").get(iface);
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
      return progress.stage === "installed";
    });
  }

  /** Looks now and after every change of Open vSwitch's database. @throws what `holds` throws, or the signal's reason. */
  async #until(signal: AbortSignal, holds: () => boolean): Promise<void> {
    const subscribe = (look: () => void) => {
      this.#replica.on("change", look);
      return () => void this.#replica.off("change", look);
    };
    if (!(await until(subscribe, holds, signal))) throw signal.reason;
  }
}

/** For whom a row is; undefined where it is none of ours. */
export function ownerOf(externalIds: Readonly<Record<string, string>> | undefined): string | undefined {
  return externalIds?.[ownerKey];
}

function portUuid(endpoint: string): string {
  return derive("port", endpoint);
}

function interfaceUuid(endpoint: string): string {
  return derive("interface", endpoint);
}
