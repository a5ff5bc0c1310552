import { byUuid, OvsdbError, operationsFor } from "@fairway/ovsdb";
import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import { schema, type Tables } from "../generated/open-vswitch.ts";
import type { OpenVSwitch } from "../open-vswitch.ts";
import { foreignPort, openVSwitchError } from "../open-vswitch.ts";
import { type LegItem, legName, legNumbers } from "./leg.ts";

const op = operationsFor<Tables>(schema);

const ownerKey = "fairway";
const ownerPattern = /^(leg|reach)\/(.+)$/;
const numberKey = "fairway-leg";
const cidrsKey = "fairway-cidrs";

/** What a leg's port is like at this moment. */
export interface LegPort {
  readonly number: number;
  /** Its number in the bridge; undefined until Open vSwitch has made its interface. */
  readonly ofport: number | undefined;
  /** Of its interface, bytes: what Open vSwitch was asked for and sets whatever others do, and what it is at this moment. */
  readonly mtu: { readonly asked: number | null; readonly actual: number | null };
  /** What it was made for; undefined where that never changes. */
  readonly cidrs: string | undefined;
}

/**
 * The legs' ports in the integration bridge: Open vSwitch's internal ones, which keep address and routes through its
 * restarts. Each row carries its leg's number, so that numbers stay what they are as long as the port is there.
 */
export class LegPorts {
  readonly #openVSwitch: OpenVSwitch;
  readonly #bridge: string;
  /** By key; the replica may be a moment behind. */
  readonly #numbers = new Map<string, number>();

  constructor(openVSwitch: OpenVSwitch, bridge: string) {
    this.#openVSwitch = openVSwitch;
    this.#bridge = bridge;
  }

  /** Those that are there, by key. */
  list(): ReadonlyMap<string, LegPort> {
    const legs = new Map<string, LegPort>();
    for (const { external_ids, ofport, mtu, mtu_request } of this.#openVSwitch.replica
      .table("Interface")
      .rows()) {
      const leg = legOf(external_ids);
      const number = Number(external_ids[numberKey]);
      if (leg === undefined || !Number.isInteger(number)) continue;
      legs.set(leg.key, {
        number,
        ofport: ofport !== null && ofport > 0 ? ofport : undefined,
        mtu: { asked: mtu_request, actual: mtu },
        cidrs: external_ids[cidrsKey],
      });
    }
    return legs;
  }

  /**
   * Puts a leg into the bridge, unless it is there already.
   * @throws `exhausted` where this host has as many legs as there are numbers, `conflict` where a foreign port has its name.
   */
  async add(item: LegItem, signal: AbortSignal): Promise<void> {
    const { key, kind, ifaceId, mac, mtu } = item;
    const number = kind === "reach" ? legNumbers.none : (this.#numbers.get(key) ?? this.#freeNumber());
    // Also while the port is being made: others are made at the same time.
    this.#numbers.set(key, number);
    const name = legName(item);
    const owner = { [ownerKey]: key };
    const [iface, port] = [interfaceUuid(item), portUuid(item)];
    const ids = {
      ...owner,
      [numberKey]: String(number),
      ...(kind === "reach" && { [cidrsKey]: cidrsOf(item) }),
      "iface-id": ifaceId,
      "attached-mac": mac,
    };
    try {
      await this.#transact(`take the leg ${name}`, signal, [
        op.insert("Interface", { name, type: "internal", mac, mtu_request: mtu, external_ids: ids }, iface),
        op.insert("Port", { name, interfaces: [iface], external_ids: owner }, port),
        op.mutate("Bridge", [["name", "==", this.#bridge]], [["ports", "insert", [port]]]),
      ]);
    } catch (error) {
      this.#numbers.delete(key);
      throw error;
    }
  }

  /** Gives a leg's interface another MTU, by Open vSwitch: it would take back what is set beside it. */
  async resize(item: LegItem, signal: AbortSignal): Promise<void> {
    const iface = interfaceUuid(item);
    await this.#transact(`resize the leg ${legName(item)}`, signal, [
      op.update("Interface", byUuid(iface), { mtu_request: item.mtu }),
    ]);
  }

  async remove(key: string, signal: AbortSignal): Promise<void> {
    const leg = legOf({ [ownerKey]: key });
    if (leg === undefined) return;
    const port = portUuid(leg);
    await this.#transact(`remove the leg ${legName(leg)}`, signal, [
      op.mutate("Bridge", [["ports", "includes", [port]]], [["ports", "delete", [port]]]),
    ]);
    this.#numbers.delete(key);
  }

  #freeNumber(): number {
    const used = new Set([
      ...this.#numbers.values(),
      ...[...this.list().values()].map(({ number }) => number),
    ]);
    for (let number: number = legNumbers.first; number <= legNumbers.last; number++)
      if (!used.has(number)) return number;
    throw new FairwayError(
      "exhausted",
      `This host has ${used.size} networks that lead out of it, as many as it can tell apart`,
    );
  }

  async #transact(
    doing: string,
    signal: AbortSignal,
    operations: Parameters<OpenVSwitch["client"]["transact"]>[1],
  ): Promise<void> {
    try {
      await this.#openVSwitch.client.transact(schema.name, operations, { signal });
    } catch (error) {
      if (error instanceof OvsdbError && error.code === "duplicate uuid") return;
      if (error instanceof OvsdbError && error.code === "constraint violation") throw foreignPort(error);
      throw openVSwitchError(doing, error);
    }
  }
}

/** What a host reaches may become less, where another network gets the same addresses: then the leg is another one. */
export function isStale({ cidrs }: LegPort, item: LegItem): boolean {
  return cidrs !== undefined && cidrs !== cidrsOf(item);
}

function cidrsOf({ cidrs }: LegItem): string {
  return cidrs.join(" ");
}

/** Of the leg by which a network's containers leave this host. */
export function legKey(network: string): string {
  return `leg/${network}`;
}

/** Which leg an Interface is; its owner's mark is the leg's key. */
export function legOf(
  externalIds: Readonly<Record<string, string>>,
): Pick<LegItem, "key" | "kind" | "network"> | undefined {
  const [key, kind, network = ""] = ownerPattern.exec(externalIds[ownerKey] ?? "") ?? [];
  return key === undefined ? undefined : { key, kind: kind === "reach" ? "reach" : "leg", network };
}

function portUuid({ kind, network }: Pick<LegItem, "kind" | "network">): string {
  return derive(`${kind}-port`, network);
}

function interfaceUuid({ kind, network }: Pick<LegItem, "kind" | "network">): string {
  return derive(`${kind}-interface`, network);
}
