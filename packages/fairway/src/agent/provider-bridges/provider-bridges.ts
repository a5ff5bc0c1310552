import type { Change } from "@fairway/ovsdb";
import { concerns } from "../../api/item-kind.ts";
import type { HostProviderBridgeItem, HostVxlanBridgeItem } from "../../center/schemas/host-state.ts";
import { FairwayError } from "../../errors.ts";
import type { Tables } from "../../host/open-vswitch/generated/open-vswitch.ts";
import type { OpenVSwitch } from "../../host/open-vswitch/open-vswitch.ts";
import {
  type NewProviderBridge,
  ProviderBridgeRows,
  type WirePort,
} from "../../host/open-vswitch/provider-bridge-rows.ts";
import type { Logger } from "../../logger.ts";
import { guarded } from "../../runtime/guarded.ts";
import { Isolated } from "../../runtime/isolated.ts";
import { Loop } from "../../runtime/loop.ts";
import { providerBridgeName, vxlanPortName } from "../ports/interface-names.ts";
import type { HostState } from "../state/host-state.ts";
import type { Troubles } from "../state/troubles.ts";
import type { HostInterfaces } from "./host-interfaces.ts";
import { mappingPrefix, ownerKey, ownerOf, providerNetworkOf } from "./marks.ts";
import type { NicRecord } from "./nic-record.ts";
import { TakenNics, type TakenNicsParts } from "./taken-nics.ts";
import { type VlanInterfaces, vlanInterfaceName } from "./vlan-interfaces.ts";
import { checkVxlanPort } from "./vxlan-port.ts";

/** How often interfaces are looked at without an occasion: a NIC may come, or get an address. */
const periodMs = 10_000;
const openVSwitchBoundMs = 10_000;

export interface ProviderBridgesParts {
  readonly state: Pick<HostState, "items" | "isFresh">;
  readonly openVSwitch: OpenVSwitch;
  /** The integration bridge. */
  readonly bridge: string;
  readonly interfaces: HostInterfaces;
  readonly vlanInterfaces: VlanInterfaces;
  /** Absent where nothing can be kept over a crash: then no NIC is taken that has the host's address. */
  readonly nics?: Omit<TakenNicsParts, "onEnd" | "logger"> | undefined;
  readonly troubles: Troubles;
  readonly logger: Logger;
}

/**
 * The bridges by which this host is on physical networks: an interface of the host in a bridge of ours, and OVN's mapping to that bridge. An
 * interface that somebody has put into a bridge of Open vSwitch already stays there: that bridge is the one. One with an address of the host is
 * left alone but for its VLANs, unless its user has that address moved. One that fails is one that fails.
 */
export class ProviderBridges implements AsyncDisposable {
  readonly #parts: ProviderBridgesParts;
  readonly #rows: ProviderBridgeRows;
  readonly #loop: Loop;
  readonly #items: Isolated;
  readonly #taken: TakenNics | undefined;
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
    const onEnd = (isComplete: boolean) => {
      // One that is broken off again and again is begun more and more seldom.
      if (isComplete) this.#items.retryNow();
      this.#loop.soon();
    };
    this.#taken = parts.nics && new TakenNics({ ...parts.nics, onEnd, logger });
    this.#onOpenVSwitch = guarded("follow Open vSwitch", logger, (changes) => {
      if (changes.some((change) => concernsBridges(change, parts.bridge))) this.#loop.soon();
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
    if (!concerns(keys, "provider-bridge", "vxlan-bridge")) return;
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
    const tunnelled = [...state.items.values()].filter((item) => item.kind === "vxlan-bridge");
    this.#items.keep(new Set([...wanted.keys(), ...tunnelled.map(({ key }) => key)]));
    // Those that go come first: their interface may be the next one's.
    const leaving = await this.#giveBackOthers([...wanted.values()]);
    const ids = [...wanted.values()].map(({ physicalNetwork }) => physicalNetwork);
    if (state.isFresh)
      await this.#removeOthers(new Set([...ids, ...tunnelled.map(({ network }) => network)]), leaving);
    for (const item of wanted.values())
      await this.#items.attempt(item.key, () => this.#bringUnless(leaving, item));
    if (state.isFresh) await this.#parts.vlanInterfaces.keep(this.#vlanNames(wanted.values()));
    for (const item of tunnelled) await this.#items.attempt(item.key, () => this.#bringVxlan(item));
    this.#tell([...wanted.values(), ...tunnelled]);
  }

  async #bringUnless(
    leaving: ReadonlySet<string>,
    item: HostProviderBridgeItem,
  ): Promise<"unfinished" | void> {
    return leaving.has(providerBridgeName(item.physicalNetwork)) ? "unfinished" : this.#bring(item);
  }

  async #bring(item: HostProviderBridgeItem): Promise<"unfinished" | void> {
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
    const hasAddresses = interfaces.addressesOf(nic).length > 0;
    const owner = { [ownerKey]: ownerOf(physicalNetwork) };
    if (item.takeAddress === true && (has === undefined || has === own)) {
      const move = { nic, bridge: own, physicalNetwork, datapathType: type };
      // Its VLANs may have passed beside the address until now.
      if (has === undefined && this.#ours().some(({ name }) => name === own))
        await this.#rows.provide({ name: own, datapathType: type, ports: [], owner }, signal);
      const taken = await this.#taken?.take(move, { hasAddresses, isInBridge: has === own });
      if (taken === "unfinished") return taken;
    } else if (has === undefined && hasAddresses && item.vlans !== undefined) {
      await this.#bringVlans(item, { name: own, datapathType: type, owner });
      return;
    }
    if (this.#rows.bridgeWith(nic) === undefined) {
      // Its interface may have been another one until now.
      const former = this.#ours().find(({ name }) => name === own);
      if (former !== undefined) await this.#rows.remove(former._uuid, own, signal);
      await interfaces.checkFree(nic);
      await this.#rows.provide({ name: own, datapathType: type, ports: [{ name: nic }], owner }, signal);
    }
    await this.#rows.map(new Map([[`${mappingPrefix}${physicalNetwork}`, has ?? own]]), signal);
    await interfaces.setUp(nic);
  }

  /** A bridge of the NIC's VLANs, beside the host's address on the NIC. */
  async #bringVlans(
    { interface: nic, physicalNetwork, vlans = [] }: HostProviderBridgeItem,
    bridge: Omit<NewProviderBridge, "ports">,
  ): Promise<void> {
    const signal = AbortSignal.timeout(openVSwitchBoundMs);
    const ports: WirePort[] = [];
    const failures: unknown[] = [];
    for (const tag of vlans)
      try {
        const name = await this.#parts.vlanInterfaces.provide(nic, tag, physicalNetwork);
        ports.push({ name, tag });
      } catch (error) {
        failures.push(error);
      }
    await this.#rows.provide({ ...bridge, ports }, signal);
    await this.#rows.map(new Map([[`${mappingPrefix}${physicalNetwork}`, bridge.name]]), signal);
    for (const { name } of ports) await this.#parts.interfaces.setUp(name);
    if (failures.length > 0) throw failures[0];
  }

  /** A bridge of the ends of a network's VXLAN tunnels. */
  async #bringVxlan({ network, vni, port, peers }: HostVxlanBridgeItem): Promise<void> {
    await checkVxlanPort(port);
    const signal = AbortSignal.timeout(openVSwitchBoundMs);
    const name = providerBridgeName(network);
    const ports = peers.map((remote) => ({
      name: vxlanPortName(network, port, remote),
      tunnel: { vni, port, remote },
    }));
    const datapathType = this.#datapathType(this.#parts.bridge);
    const owner = { [ownerKey]: ownerOf(network) };
    await this.#rows.provide({ name, datapathType, ports, owner }, signal);
    await this.#rows.map(new Map([[`${mappingPrefix}${network}`, name]]), signal);
  }

  #vlanNames(wanted: Iterable<HostProviderBridgeItem>): ReadonlySet<string> {
    const { interfaces } = this.#parts;
    return new Set(
      [...wanted].flatMap(({ interface: nic, vlans = [], takeAddress }) =>
        takeAddress === true || interfaces.addressesOf(nic).length === 0
          ? []
          : vlans.map((vlan) => vlanInterfaceName(nic, vlan)),
      ),
    );
  }

  /** NICs that nobody wants to be taken any more have their addresses again. @returns the bridges of those for whom that goes on. */
  async #giveBackOthers(wanted: readonly HostProviderBridgeItem[]): Promise<ReadonlySet<string>> {
    const isWanted = ({ nic, physicalNetwork }: NicRecord) =>
      wanted.some(
        (item) =>
          item.interface === nic && item.physicalNetwork === physicalNetwork && item.takeAddress === true,
      );
    const leaving = new Set<string>();
    for (const record of (await this.#taken?.list()) ?? []) {
      if (isWanted(record) && record.state !== "returning") continue;
      if (!this.#parts.state.isFresh && record.state !== "returning") continue;
      if ((await this.#taken?.giveBack(record)) === "unfinished") leaving.add(record.bridge);
    }
    return leaving;
  }

  async #removeOthers(networks: ReadonlySet<string>, leaving: ReadonlySet<string>): Promise<void> {
    const over = [...this.#rows.mappings().keys()].filter(
      (name) => name.startsWith(mappingPrefix) && !networks.has(name.slice(mappingPrefix.length)),
    );
    const signal = AbortSignal.timeout(openVSwitchBoundMs);
    if (over.length > 0) await this.#rows.map(new Map(over.map((name) => [name, null])), signal);
    for (const { _uuid, name, network } of this.#ours())
      if (!networks.has(network) && !leaving.has(name)) await this.#rows.remove(_uuid, name, signal);
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

  #tell(wanted: Iterable<HostProviderBridgeItem | HostVxlanBridgeItem>): void {
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

/** Of OVN's own bridge nothing is ours: its ports come and go with every container. */
function concernsBridges(change: Change<Tables>, integration: string): boolean {
  if (change.table === "Open_vSwitch") return true;
  return change.table === "Bridge" && (change.new ?? change.old)?.name !== integration;
}
