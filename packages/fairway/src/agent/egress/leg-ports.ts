import { OvsdbError, operationsFor } from "@fairway/ovsdb";
import type { HostLegItem } from "../../api/types.ts";
import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import { schema, type Tables } from "../generated/open-vswitch.ts";
import type { OpenVSwitch } from "../open-vswitch.ts";
import { openVSwitchError } from "../open-vswitch.ts";
import { legName, legNumbers } from "./leg.ts";

const op = operationsFor<Tables>(schema);

const ownerKey = "fairway";
const ownerPrefix = "leg/";
const numberKey = "fairway-leg";

/** What a leg's port is like at this moment. */
export interface LegPort {
  readonly number: number;
  /** Its number in the bridge; undefined until Open vSwitch has made its interface. */
  readonly ofport: number | undefined;
}

/**
 * The legs' ports in the integration bridge: Open vSwitch's internal ones, which keep address and routes through its
 * restarts. Each row carries its leg's number, so that numbers stay what they are as long as the port is there.
 */
export class LegPorts {
  readonly #openVSwitch: OpenVSwitch;
  readonly #bridge: string;
  /** By network; the replica may be a moment behind. */
  readonly #numbers = new Map<string, number>();

  constructor(openVSwitch: OpenVSwitch, bridge: string) {
    this.#openVSwitch = openVSwitch;
    this.#bridge = bridge;
  }

  /** Those that are there, by network. */
  list(): ReadonlyMap<string, LegPort> {
    const legs = new Map<string, LegPort>();
    for (const { external_ids, ofport } of this.#openVSwitch.replica.table("Interface").rows()) {
      const network = networkOf(external_ids);
      const number = Number(external_ids[numberKey]);
      if (network === undefined || !Number.isInteger(number)) continue;
      legs.set(network, { number, ofport: ofport !== null && ofport > 0 ? ofport : undefined });
    }
    return legs;
  }

  /**
   * Puts a leg into the bridge, unless it is there already.
   * @throws `exhausted` where this host has as many legs as there are numbers, `conflict` where a foreign port has its name.
   */
  async add(item: HostLegItem, signal: AbortSignal): Promise<void> {
    const { network, ifaceId, mac, mtu } = item;
    const number = this.#numbers.get(network) ?? this.#freeNumber();
    const name = legName(network);
    const owner = { [ownerKey]: `${ownerPrefix}${network}` };
    const [iface, port] = [derive("leg-interface", network), derive("leg-port", network)];
    const ids = { ...owner, [numberKey]: String(number), "iface-id": ifaceId, "attached-mac": mac };
    await this.#transact(`take the leg ${name}`, signal, [
      op.insert("Interface", { name, type: "internal", mac, mtu_request: mtu, external_ids: ids }, iface),
      op.insert("Port", { name, interfaces: [iface], external_ids: owner }, port),
      op.mutate("Bridge", [["name", "==", this.#bridge]], [["ports", "insert", [port]]]),
    ]);
    this.#numbers.set(network, number);
  }

  async remove(network: string, signal: AbortSignal): Promise<void> {
    const port = derive("leg-port", network);
    await this.#transact(`remove the leg ${legName(network)}`, signal, [
      op.mutate("Bridge", [["ports", "includes", [port]]], [["ports", "delete", [port]]]),
    ]);
    this.#numbers.delete(network);
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
      throw openVSwitchError(doing, error);
    }
  }
}

/** The network whose leg an Interface is. */
export function networkOf(externalIds: Readonly<Record<string, string>>): string | undefined {
  const owner = externalIds[ownerKey];
  return owner?.startsWith(ownerPrefix) === true ? owner.slice(ownerPrefix.length) : undefined;
}
