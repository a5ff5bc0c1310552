import type { Change } from "@fairway/ovsdb";
import { concerns } from "../../api/item-kind.ts";
import type { HostProviderBridgeItem } from "../../center/schemas/host-state.ts";
import { FairwayError } from "../../errors.ts";
import type { Tables } from "../../host/open-vswitch/generated/open-vswitch.ts";
import type { OpenVSwitch } from "../../host/open-vswitch/open-vswitch.ts";
import { ProviderBridgeRows } from "../../host/open-vswitch/provider-bridge-rows.ts";
import type { Logger } from "../../logger.ts";
import { guarded } from "../../runtime/guarded.ts";
import { Isolated } from "../../runtime/isolated.ts";
import { Loop } from "../../runtime/loop.ts";
import { providerBridgeName } from "../ports/interface-names.ts";
import type { HostState } from "../state/host-state.ts";
import type { Troubles } from "../state/troubles.ts";
import type { HostInterfaces } from "./host-interfaces.ts";
import { mappingPrefix, ownerKey, ownerPrefix, providerNetworkOf } from "./marks.ts";

/** How often interfaces are looked at without an occasion: a NIC may come, or get an address. */
const periodMs = 10_000;
const openVSwitchBoundMs = 10_000;

export interface ProviderBridgesParts {
  readonly state: Pick<HostState, "items" | "isFresh">;
  readonly openVSwitch: OpenVSwitch;
  /** The integration bridge. */
  readonly bridge: string;
  readonly interfaces: HostInterfaces;
  readonly troubles: Troubles;
  readonly logger: Logger;
}

/**
 * The bridges by which this host is on physical networks: an interface of the host in a bridge of ours, and OVN's mapping to that bridge. An
 * interface that somebody has put into a bridge of Open vSwitch already stays there: that bridge is the one. One that fails is one that
 * fails; an interface with an address of the host is left alone.
 */
export class ProviderBridges implements AsyncDisposable {
  readonly #parts: ProviderBridgesParts;
  readonly #rows: ProviderBridgeRows;
  readonly #loop: Loop;
  readonly #items: Isolated;
  readonly #onOpenVSwitch: (changes: readonly Change<Tables>[]) => void;
  readonly #onSynced: () => void;

  constructor(parts: ProviderBridgesParts) {
    const { logger, openVSwitch } = parts;
    this.#parts = parts;
    this.#rows = new ProviderBridgeRows(openVSwitch);
    this.#loop = new Loop({
      name: "reconcile the provider bridges",
      work: () => this.#reconcile(),
      periodMs,
      logger,
    });
    this.#items = new Isolated({ what: "a provider bridge", logger, again: this.#loop.after });
    this.#onOpenVSwitch = guarded("follow Open vSwitch", logger, (changes) => {
      if (changes.some(({ table }) => table === "Bridge" || table === "Open_vSwitch")) this.#loop.soon();
    });
    this.#onSynced = guarded("follow Open vSwitch", logger, () => {
      this.#items.retryNow();
      this.#loop.retryNow();
    });
    openVSwitch.replica.on("change", this.#onOpenVSwitch);
    openVSwitch.replica.on("synced", this.#onSynced);
  }

  /** The host's state has changed. @param keys what of it; absent: anything may have. */
  follow(keys?: readonly string[]): void {
    if (!concerns(keys, "provider-bridge")) return;
    this.#items.retryNow();
    this.#loop.soon();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.openVSwitch.replica.off("change", this.#onOpenVSwitch);
    this.#parts.openVSwitch.replica.off("synced", this.#onSynced);
    await this.#loop[Symbol.asyncDispose]();
  }

  async #reconcile(): Promise<void> {
    const { state, openVSwitch } = this.#parts;
    if (!openVSwitch.replica.isSynced) return;
    const wanted = new Map(
      [...state.items.values()].flatMap((item) =>
        item.kind === "provider-bridge" ? [[item.key, item] as const] : [],
      ),
    );
    this.#items.keep(wanted);
    // Those that go come first: their interface may be the next one's.
    if (state.isFresh) await this.#removeOthers(wanted);
    for (const item of wanted.values()) await this.#items.attempt(item.key, () => this.#bring(item));
    this.#tell(wanted.values());
  }

  async #bring(item: HostProviderBridgeItem): Promise<void> {
    const { bridge: integration, interfaces } = this.#parts;
    const { interface: nic, physicalNetwork } = item;
    const own = providerBridgeName(physicalNetwork);
    const signal = AbortSignal.timeout(openVSwitchBoundMs);
    const has = this.#rows.bridgeWith(nic);
    if (has === integration)
      throw new FairwayError(
        "conflict",
        `interface ${nic} is a port of ${integration}, which is OVN's own bridge`,
      );
    const ours = this.#ours().find(({ name }) => name === has);
    if (ours !== undefined && ours.name !== own)
      throw new FairwayError(
        "conflict",
        `interface ${nic} is the port of another physical network on this host`,
      );
    const type = this.#datapathType(integration);
    if (has !== undefined && this.#datapathType(has) !== type)
      throw new FairwayError(
        "conflict",
        `interface ${nic} is in bridge ${has}, whose datapath is not that of ${integration} (${type || "system"})`,
      );
    if (has === undefined) {
      // Its interface may have been another one until now.
      const former = this.#ours().find(({ name }) => name === own);
      if (former !== undefined) await this.#rows.remove(former._uuid, own, signal);
      await interfaces.checkFree(nic);
      const owner = { [ownerKey]: `${ownerPrefix}${physicalNetwork}` };
      await this.#rows.add({ name: own, datapathType: type, interface: nic, owner }, signal);
    }
    await this.#rows.map(new Map([[`${mappingPrefix}${physicalNetwork}`, has ?? own]]), signal);
    await interfaces.setUp(nic);
  }

  async #removeOthers(wanted: ReadonlyMap<string, HostProviderBridgeItem>): Promise<void> {
    const networks = new Set([...wanted.values()].map(({ physicalNetwork }) => physicalNetwork));
    const over = [...this.#rows.mappings().keys()].filter(
      (name) => name.startsWith(mappingPrefix) && !networks.has(name.slice(mappingPrefix.length)),
    );
    const signal = AbortSignal.timeout(openVSwitchBoundMs);
    if (over.length > 0) await this.#rows.map(new Map(over.map((name) => [name, null])), signal);
    for (const { _uuid, name, network } of this.#ours())
      if (!networks.has(network)) await this.#rows.remove(_uuid, name, signal);
  }

  /** The bridges that are ours. */
  #ours(): readonly { readonly _uuid: string; readonly name: string; readonly network: string }[] {
    const rows = [...this.#parts.openVSwitch.replica.table("Bridge").rows()];
    return rows.flatMap(({ _uuid, name, external_ids }) => {
      const network = providerNetworkOf(external_ids);
      return network === undefined ? [] : { _uuid, name, network };
    });
  }

  #datapathType(bridge: string): string {
    return this.#parts.openVSwitch.replica.table("Bridge").find("name", bridge)[0]?.datapath_type ?? "";
  }

  #tell(wanted: Iterable<HostProviderBridgeItem>): void {
    const { reasons } = this.#items;
    this.#parts.troubles.of(
      "provider bridges",
      [...wanted].flatMap(({ key, physicalNetwork }) => {
        const reason = reasons.get(key);
        return reason === undefined ? [] : { physicalNetwork, reason };
      }),
    );
  }
}
