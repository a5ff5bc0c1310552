import { byUuid, type Operation, operationsFor } from "@fairway/ovsdb";
import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import { commit } from "./commit.ts";
import { schema, type Tables } from "./generated/open-vswitch.ts";
import type { OpenVSwitch } from "./open-vswitch.ts";

const op = operationsFor<Tables>(schema);
const mappingsKey = "ovn-bridge-mappings";

/** An interface of the machine in a bridge of ours. */
export interface WirePort {
  readonly name: string;
  /** The VLAN whose frames it has, without their tag; absent: it has every frame as it is. */
  readonly tag?: number;
  /** One end of a VXLAN tunnel; absent: an interface of the machine. */
  readonly tunnel?: { readonly vni: number; readonly port: number; readonly remote: string };
}

/** A bridge of ours with interfaces of the machine in it. */
export interface NewProviderBridge {
  /** Of the bridge and of its own port. */
  readonly name: string;
  /** As the integration bridge's: frames pass between bridges of one datapath alone. */
  readonly datapathType: string;
  readonly ports: readonly WirePort[];
  /** `external_ids` of all rows. */
  readonly owner: Readonly<Record<string, string>>;
}

/** Bridges of ours that lead to the world outside, and OVN's mappings to them (ovn-controller(8), `ovn-bridge-mappings`). */
export class ProviderBridgeRows {
  readonly #openVSwitch: OpenVSwitch;

  constructor(openVSwitch: OpenVSwitch) {
    this.#openVSwitch = openVSwitch;
  }

  /** The name of the bridge that has a port of that name; undefined where none has. */
  bridgeWith(port: string): string | undefined {
    const { replica } = this.#openVSwitch;
    const found = [...replica.table("Port").rows()].find(({ name }) => name === port);
    if (found === undefined) return undefined;
    return [...replica.table("Bridge").rows()].find(({ ports }) => ports.includes(found._uuid))?.name;
  }

  /** OVN's mappings, by physical network: the bridge of each. */
  mappings(): ReadonlyMap<string, string> {
    const [row] = this.#openVSwitch.replica.table("Open_vSwitch").rows();
    return parseMappings(row?.external_ids[mappingsKey]);
  }

  /** Makes the bridge with these interfaces in it, or changes which ones of ours are: OVN has its patch ports there. @throws `conflict` where a bridge or port has one of the names; `unavailable`. */
  async provide({ name, datapathType, ports, owner }: NewProviderBridge, signal: AbortSignal): Promise<void> {
    const { replica } = this.#openVSwitch;
    const uuid = (what: string) => derive("provider-bridge", name, what);
    const rowsOf = (port: string, iface: Partial<Tables["Interface"]>, columns: Partial<Tables["Port"]>) => [
      op.insert("Interface", { ...iface, name: port, external_ids: owner }, uuid(`interface ${port}`)),
      op.insert(
        "Port",
        { ...columns, name: port, interfaces: [uuid(`interface ${port}`)], external_ids: owner },
        uuid(`port ${port}`),
      ),
    ];
    const [bridge] = replica.table("Bridge").find("name", name);
    const present = (bridge?.ports ?? []).flatMap((uuid) => replica.table("Port").get(uuid) ?? []);
    const missing = ports.filter((port) => !present.some((each) => each.name === port.name));
    const over = present.filter(
      (each) =>
        each.name !== name &&
        isOwnedBy(owner, each.external_ids) &&
        !ports.some((port) => port.name === each.name),
    );
    const inserts = missing.flatMap(({ name: port, tag, tunnel }) =>
      tunnel === undefined
        ? rowsOf(port, {}, tag === undefined ? {} : { tag })
        : rowsOf(port, vxlanEnd(tunnel), { protected: true }),
    );
    const added = missing.map((port) => uuid(`port ${port.name}`));
    if (bridge === undefined)
      await this.#commit(`make the bridge ${name}`, signal, [
        ...rowsOf(name, { type: "internal" }, {}),
        ...inserts,
        op.insert(
          "Bridge",
          {
            name,
            datapath_type: datapathType,
            ports: [uuid(`port ${name}`), ...added],
            external_ids: owner,
          },
          uuid("bridge"),
        ),
        op.mutate("Open_vSwitch", [], [["bridges", "insert", [uuid("bridge")]]]),
      ]);
    else if (missing.length + over.length > 0)
      await this.#commit(`change the ports of the bridge ${name}`, signal, [
        ...inserts,
        op.mutate("Bridge", byUuid(bridge._uuid), [
          ["ports", "insert", added],
          ["ports", "delete", over.map(({ _uuid }) => _uuid)],
        ]),
      ]);
  }

  /** Removes a bridge; its interface is the machine's again. */
  async remove(uuid: string, name: string, signal: AbortSignal): Promise<void> {
    await this.#commit(`remove the bridge ${name}`, signal, [
      op.mutate("Open_vSwitch", [], [["bridges", "delete", [uuid]]]),
    ]);
  }

  /**
   * Changes our share of OVN's mappings; everybody else's stays.
   * @param change by physical network: its bridge, or null for none. @throws `unavailable`, also where somebody else changed them meanwhile.
   */
  async map(change: ReadonlyMap<string, string | null>, signal: AbortSignal): Promise<void> {
    const [row] = this.#openVSwitch.replica.table("Open_vSwitch").rows();
    if (row === undefined)
      throw new FairwayError("unavailable", "Open vSwitch's database has no row of its own yet");
    const wanted = new Map(parseMappings(row.external_ids[mappingsKey]));
    for (const [network, bridge] of change)
      if (bridge === null) wanted.delete(network);
      else wanted.set(network, bridge);
    const text = [...wanted].map(([network, bridge]) => `${network}:${bridge}`).join(",");
    if (text === (row.external_ids[mappingsKey] ?? "")) return;
    await this.#commit("change OVN's bridge mappings", signal, [
      op.wait(
        "Open_vSwitch",
        byUuid(row._uuid),
        ["external_ids"],
        "==",
        [{ external_ids: row.external_ids }],
        0,
      ),
      op.mutate("Open_vSwitch", byUuid(row._uuid), [
        ["external_ids", "delete", [mappingsKey]],
        ...(text === "" ? [] : [["external_ids", "insert", { [mappingsKey]: text }] as const]),
      ]),
    ]);
  }

  async #commit(doing: string, signal: AbortSignal, operations: readonly Operation[]): Promise<void> {
    await commit(this.#openVSwitch.client, { doing, operations, signal });
  }
}

/**
 * What comes by one tunnel goes to no other (`protected` of ovs-vswitchd.conf.db(5), Port): each end has a tunnel to each other one, as a VTEP
 * has (RFC 7348 §4.2).
 */
function vxlanEnd({ vni, port, remote }: NonNullable<WirePort["tunnel"]>) {
  return { type: "vxlan", options: { key: String(vni), remote_ip: remote, dst_port: String(port) } };
}

function isOwnedBy(
  owner: NewProviderBridge["owner"],
  externalIds: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(owner).every(([key, value]) => externalIds[key] === value);
}

/** Reads `physnet1:br-ex,physnet2:br-lan`. What is not of that form is left out. */
function parseMappings(text: string | undefined): ReadonlyMap<string, string> {
  const pairs = (text ?? "").split(",").map((pair) => pair.trim().split(":"));
  return new Map(
    pairs.flatMap(([network = "", bridge = ""]) =>
      network === "" || bridge === "" ? [] : [[network, bridge] as const],
    ),
  );
}
