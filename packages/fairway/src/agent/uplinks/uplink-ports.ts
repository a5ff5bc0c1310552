import { FairwayError } from "../../errors.ts";
import { BridgePorts } from "../../host/open-vswitch/bridge-ports.ts";
import type { OpenVSwitch, OpenVSwitchReplica } from "../../host/open-vswitch/open-vswitch.ts";
import { derive } from "../../identity.ts";
import { uplinkNumbers } from "../firewall/uplink-numbers.ts";
import { uplinkName } from "../ports/interface-names.ts";
import type { UplinkItem } from "./uplink.ts";

const ownerKey = "fairway";
/** What an uplink's kind is called in Open vSwitch: in its owner's mark and in the derived UUIDs of its rows. It stays what it was. */
const storedKinds = { uplink: "leg", "host-access": "reach" } as const satisfies Record<
  UplinkItem["kind"],
  string
>;
const keyPattern = /^(uplink|host-access)\/(.+)$/;
const ownerPattern = /^(leg|reach)\/(.+)$/;
/** Likewise. */
const numberKey = "fairway-leg";
const cidrsKey = "fairway-cidrs";

/** What an uplink's port is like at this moment. */
export interface UplinkPort {
  readonly number: number;
  /** Its number in the bridge; undefined until Open vSwitch has made its interface. */
  readonly ofport: number | undefined;
  /** Of its interface, bytes: what Open vSwitch was asked for and sets whatever others do, and what it is at this moment. */
  readonly mtu: { readonly asked: number | null; readonly actual: number | null };
  /** What it was made for; undefined where that never changes. */
  readonly cidrs: string | undefined;
}

/**
 * The uplinks' ports in the integration bridge: Open vSwitch's internal ones, which keep address and routes through its
 * restarts. Each row carries its uplink's number, so that numbers stay what they are as long as the port is there.
 */
export class UplinkPorts {
  readonly #replica: OpenVSwitchReplica;
  readonly #rows: BridgePorts;
  /** By key; the replica may be a moment behind. */
  readonly #numbers = new Map<string, number>();

  constructor(openVSwitch: OpenVSwitch, bridge: string) {
    this.#replica = openVSwitch.replica;
    this.#rows = new BridgePorts(openVSwitch, bridge);
  }

  /** Those that are there, by key. */
  list(): ReadonlyMap<string, UplinkPort> {
    const uplinks = new Map<string, UplinkPort>();
    for (const { external_ids, ofport, mtu, mtu_request } of this.#replica.table("Interface").rows()) {
      const uplink = uplinkOf(external_ids);
      const number = Number(external_ids[numberKey]);
      if (uplink === undefined || !Number.isInteger(number)) continue;
      uplinks.set(uplink.key, {
        number,
        ofport: ofport !== null && ofport > 0 ? ofport : undefined,
        mtu: { asked: mtu_request, actual: mtu },
        cidrs: external_ids[cidrsKey],
      });
    }
    return uplinks;
  }

  /**
   * Puts an uplink into the bridge, unless it is there already.
   * @throws `exhausted` where this host has as many uplinks as there are numbers, `conflict` where a foreign port has its name.
   */
  async add(item: UplinkItem, signal: AbortSignal): Promise<void> {
    const { key, kind, ifaceId, mac, mtu } = item;
    const number =
      kind === "host-access" ? uplinkNumbers.none : (this.#numbers.get(key) ?? this.#freeNumber());
    // Also while the port is being made: others are made at the same time.
    this.#numbers.set(key, number);
    const port = {
      name: uplinkName(item),
      uuids: { port: portUuid(item), iface: interfaceUuid(item) },
      owner: { [ownerKey]: ownerOf(item) },
      iface: {
        type: "internal",
        mac,
        mtu_request: mtu,
        external_ids: {
          [numberKey]: String(number),
          ...(kind === "host-access" && { [cidrsKey]: cidrsOf(item) }),
          "iface-id": ifaceId,
          "attached-mac": mac,
        },
      },
    };
    try {
      await this.#rows.add(port, signal);
    } catch (error) {
      this.#numbers.delete(key);
      throw error;
    }
  }

  /** Gives an uplink's interface the MTU that it is to have. */
  async resize(item: UplinkItem, signal: AbortSignal): Promise<void> {
    await this.#rows.resize({ name: uplinkName(item), iface: interfaceUuid(item) }, item.mtu, signal);
  }

  async remove(key: string, signal: AbortSignal): Promise<void> {
    const [, kind, network] = keyPattern.exec(key) ?? [];
    if (network === undefined) return;
    const uplink = { kind: kind as UplinkItem["kind"], network };
    await this.#rows.remove({ name: uplinkName(uplink), port: portUuid(uplink) }, signal);
    this.#numbers.delete(key);
  }

  #freeNumber(): number {
    const used = new Set([
      ...this.#numbers.values(),
      ...[...this.list().values()].map(({ number }) => number),
    ]);
    for (let number: number = uplinkNumbers.first; number <= uplinkNumbers.last; number++)
      if (!used.has(number)) return number;
    throw new FairwayError(
      "exhausted",
      `This host has ${used.size} networks that lead out of it, as many as it can tell apart`,
    );
  }
}

/** What a host reaches may become less, where another network gets the same addresses: then the uplink is another one. */
export function isStale({ cidrs }: UplinkPort, item: UplinkItem): boolean {
  return cidrs !== undefined && cidrs !== cidrsOf(item);
}

function cidrsOf({ cidrs }: UplinkItem): string {
  return cidrs.join(" ");
}

/** Which uplink an Interface is, by its owner's mark. */
export function uplinkOf(
  externalIds: Readonly<Record<string, string>>,
): Pick<UplinkItem, "key" | "kind" | "network"> | undefined {
  const [, stored, network = ""] = ownerPattern.exec(externalIds[ownerKey] ?? "") ?? [];
  if (stored === undefined) return undefined;
  const kind = stored === storedKinds["host-access"] ? "host-access" : "uplink";
  return { key: `${kind}/${network}`, kind, network };
}

function ownerOf({ kind, network }: Pick<UplinkItem, "kind" | "network">): string {
  return `${storedKinds[kind]}/${network}`;
}

function portUuid({ kind, network }: Pick<UplinkItem, "kind" | "network">): string {
  return derive(`${storedKinds[kind]}-port`, network);
}

function interfaceUuid({ kind, network }: Pick<UplinkItem, "kind" | "network">): string {
  return derive(`${storedKinds[kind]}-interface`, network);
}
