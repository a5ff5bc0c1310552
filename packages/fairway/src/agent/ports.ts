import { OvsdbError, operationsFor } from "@fairway/ovsdb";
import { FairwayError } from "../errors.ts";
import { derive } from "../identity.ts";
import { schema, type Tables } from "./generated/open-vswitch.ts";
import { linkNames } from "./link-names.ts";
import { type OpenVSwitch, openVSwitchError } from "./open-vswitch.ts";

const op = operationsFor<Tables>(schema);

/** Marks a row as Fairway's and says for whom it is. */
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

  /** `netdev` is the userspace datapath. @throws `unavailable` while the bridge does not exist. */
  get datapathType(): string {
    const [bridge] = this.#openVSwitch.replica.table("Bridge").find("name", this.#bridge);
    if (bridge === undefined) throw this.#noBridge();
    return bridge.datapath_type;
  }

  /** Endpoints that have a port of ours, by the port's mark. */
  list(): ReadonlySet<string> {
    const endpoints = new Set<string>();
    for (const { external_ids } of this.#openVSwitch.replica.table("Port").rows()) {
      const owner = external_ids[ownerKey];
      if (owner?.startsWith(ownerPrefix)) endpoints.add(owner.slice(ownerPrefix.length));
    }
    return endpoints;
  }

  /**
   * Puts the host's end of the endpoint's link into the bridge, under the endpoint's UUID as `iface-id` (ovn-controller(8)).
   * @throws `conflict` where a foreign port has the name; `unavailable` where Open vSwitch or the bridge is not there.
   */
  async add({ endpoint, mac }: { endpoint: string; mac: string }, signal: AbortSignal): Promise<void> {
    if (this.#openVSwitch.replica.table("Port").get(portUuid(endpoint)) !== undefined) return;
    const name = linkNames(endpoint).host;
    const owner = { [ownerKey]: `${ownerPrefix}${endpoint}` };
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
    if (results?.[2]?.count === 0) throw this.#noBridge();
  }

  /** Takes the port out of the bridge; Open vSwitch removes its rows. */
  async remove(endpoint: string, signal?: AbortSignal): Promise<void> {
    const port = portUuid(endpoint);
    if (this.#openVSwitch.replica.isSynced && this.#openVSwitch.replica.table("Port").get(port) === undefined)
      return;
    await this.#transact(`remove the port ${linkNames(endpoint).host}`, signal, [
      op.mutate("Bridge", [["ports", "includes", [port]]], [["ports", "delete", [port]]]),
    ]);
  }

  progress(endpoint: string): PortProgress {
    const row = this.#openVSwitch.replica.table("Interface").get(interfaceUuid(endpoint));
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
    const { replica } = this.#openVSwitch;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => {
      const progress = this.progress(endpoint);
      if (progress.stage === "installed") resolve();
      if (progress.stage === "broken")
        reject(new FairwayError("internal", `Open vSwitch: ${progress.error}`));
    };
    const giveUp = () => reject(signal.reason);
    replica.on("change", look);
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      if (signal.aborted) giveUp();
      look();
      await promise;
    } finally {
      replica.off("change", look);
      signal.removeEventListener("abort", giveUp);
    }
  }

  async #transact(
    doing: string,
    signal: AbortSignal | undefined,
    operations: Parameters<OpenVSwitch["client"]["transact"]>[1],
  ) {
    try {
      return await this.#openVSwitch.client.transact(
        schema.name,
        operations,
        signal === undefined ? {} : { signal },
      );
    } catch (error) {
      if (error instanceof OvsdbError && error.code === "duplicate uuid") return undefined;
      if (error instanceof OvsdbError && error.code === "constraint violation")
        throw new FairwayError(
          "conflict",
          `A foreign port of Open vSwitch is in the way (${error.details ?? error.message}); remove it by ovs-vsctl del-port`,
          { cause: error },
        );
      throw openVSwitchError(doing, error);
    }
  }

  #noBridge(): FairwayError {
    return new FairwayError(
      "unavailable",
      `There is no bridge ${this.#bridge} in Open vSwitch; ovn-controller makes it when it runs`,
    );
  }
}

function portUuid(endpoint: string): string {
  return derive("port", endpoint);
}

function interfaceUuid(endpoint: string): string {
  return derive("interface", endpoint);
}
