import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import type { Changeable } from "../../intent/joint-change.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { canonicalIp } from "../../ip.ts";
import { mayAdminister, mayReadAll } from "../access/access.ts";
import type { Context } from "../context.ts";
import { hostNamed, physicalNetworkNamed } from "../lookup.ts";
import type { PhysicalNetwork, PhysicalPort } from "../schemas/physical-network.ts";
import type {
  PhysicalNetworkChange,
  PhysicalNetworkSpec,
  PhysicalType,
} from "../schemas/physical-network-spec.ts";
import { physicalNetworkView } from "./physical-network-view.ts";
import { hasSegment, isSegmented, parseSegmentRanges, segmentKinds } from "./segment-ranges.ts";

/** No message names more networks. */
const namedAtMost = 5;

/** The wires outside the cluster: which networks they carry, and by which interfaces of which hosts. */
export class PhysicalNetworks {
  readonly #store: Changeable;

  constructor(store: Changeable) {
    this.#store = store;
  }

  list({ caller }: Context): readonly PhysicalNetwork[] {
    mayReadAll(caller);
    const { view } = this.#store;
    return Array.from(view.rows("Physical_Network"), (row) => physicalNetworkView(view, row)).toSorted(
      (one, other) => one.name.localeCompare(other.name),
    );
  }

  /** Throws `not_found`. */
  show(name: string, { caller }: Context): PhysicalNetwork {
    mayReadAll(caller);
    const { view } = this.#store;
    return physicalNetworkView(view, physicalNetworkNamed(view, name));
  }

  /** The same twice is one. Throws `invalid` for ranges that are none, and `conflict` where the name is another one's. */
  async create(name: string, spec: PhysicalNetworkSpec, context: Context): Promise<PhysicalNetwork> {
    mayAdminister(context.caller);
    const { type, mtu, options } = spec;
    const ranges = checkedRanges(type, spec.ranges);
    const peers = checkedPeers(type, spec.peers);
    const tunnel_port = checkedTunnelPort(type, spec.tunnelPort);
    await this.#store.change((draft) => {
      const [known] = draft.find("Physical_Network", "byName", name);
      if (known === undefined)
        draft.insert("Physical_Network", derive("physical-network", name), {
          name,
          type,
          ranges,
          peers,
          tunnel_port,
          mtu,
          options,
          status: {},
        });
      else if (
        known.type !== type ||
        known.ranges.join() !== ranges.join() ||
        known.mtu !== mtu ||
        known.peers.join() !== peers.join() ||
        known.tunnel_port !== tunnel_port
      )
        throw new FairwayError(
          "conflict",
          `physical network ${name} exists and is another: type ${known.type}, ranges ${known.ranges.join(", ") || "none"}`,
        );
    });
    return this.show(name, context);
  }

  /** Throws `in_use` where a network has a VLAN or VNI outside the new ranges. */
  async update(name: string, change: PhysicalNetworkChange, context: Context): Promise<PhysicalNetwork> {
    mayAdminister(context.caller);
    await this.#store.change((draft) => {
      const row = physicalNetworkNamed(draft, name);
      const ranges = change.ranges === undefined ? row.ranges : checkedRanges(row.type, change.ranges);
      checkCovered(draft, row, ranges);
      const peers = change.peers === undefined ? row.peers : checkedPeers(row.type, change.peers);
      const { tunnelPort = row.tunnel_port } = change;
      const tunnel_port = checkedTunnelPort(row.type, tunnelPort);
      const { mtu = row.mtu, options = row.options } = change;
      draft.update("Physical_Network", row._uuid, { ranges, peers, tunnel_port, mtu, options });
    });
    return this.show(name, context);
  }

  /** Succeeds where there is none. Throws `in_use` naming what still hangs on it. */
  async remove(name: string, { caller }: Context): Promise<void> {
    mayAdminister(caller);
    await this.#store.change((draft) => {
      const [row] = draft.find("Physical_Network", "byName", name);
      if (row === undefined) return;
      const networks = draft.find("Network", "byPhysicalNetwork", row._uuid).map((each) => each.name);
      if (networks.length > 0)
        throw inUse(name, `the networks ${networks.slice(0, namedAtMost).join(", ")}`, networks.length);
      const ports = draft.find("Physical_Port", "byPhysicalNetwork", row._uuid).map((each) => each.name);
      if (ports.length > 0)
        throw inUse(name, `the physical ports ${ports.slice(0, namedAtMost).join(", ")}`, ports.length);
      draft.delete("Physical_Network", row._uuid);
    });
  }

  /**
   * Gives a physical network an interface of one host, or of every host that has no port of its own there. The same twice is one;
   * whether it takes the host's addresses may differ. Throws `conflict` where the host has another one, or its interface is another network's, and `invalid` of a local network.
   */
  async addPort(name: string, port: PhysicalPort, context: Context): Promise<PhysicalNetwork> {
    mayAdminister(context.caller);
    const { interface: nic, host, takeAddress, options } = port;
    await this.#store.change((draft) => {
      const network = physicalNetworkNamed(draft, name);
      checkHasPorts(network);
      const owner = host === null ? null : hostNamed(draft, host)._uuid;
      const [rival] = portsAt(draft, owner).filter(
        (each) => (each.physical_network === network._uuid) !== (each.name === nic),
      );
      if (rival !== undefined) throw taken(draft, rival, host);
      const uuid = derive("physical-port", network._uuid, owner ?? "", nic);
      const known = draft.get("Physical_Port", uuid);
      if (takeAddress && network.type === "overlay")
        throw new FairwayError(
          "invalid",
          `physical network ${name} is an overlay: its interfaces are recorded alone, and keep their addresses`,
        );
      if (known !== undefined) draft.update("Physical_Port", uuid, { take_address: takeAddress });
      else
        draft.insert("Physical_Port", uuid, {
          physical_network: network._uuid,
          name: nic,
          host: owner,
          take_address: takeAddress,
          options: options ?? {},
        });
    });
    return this.show(name, context);
  }

  /** Changes what is kept of a port beside its interface. Throws `not_found`. */
  async updatePort(name: string, port: Required<PhysicalPort>, context: Context): Promise<PhysicalNetwork> {
    mayAdminister(context.caller);
    const { interface: nic, host, options } = port;
    await this.#store.change((draft) => {
      const network = physicalNetworkNamed(draft, name);
      const owner = host === null ? null : hostNamed(draft, host)._uuid;
      const known = draft
        .find("Physical_Port", "byPhysicalNetwork", network._uuid)
        .find((each) => each.name === nic && each.host === owner);
      if (known === undefined)
        throw new FairwayError("not_found", `physical network ${name} has no port ${nic} there`);
      draft.update("Physical_Port", known._uuid, { options });
    });
    return this.show(name, context);
  }

  /** Succeeds where there is none. What containers send by it ends. */
  async removePort(name: string, nic: string, host: string | null, { caller }: Context): Promise<void> {
    mayAdminister(caller);
    await this.#store.change((draft) => {
      const network = physicalNetworkNamed(draft, name);
      const owner = host === null ? null : hostNamed(draft, host)._uuid;
      for (const port of draft.find("Physical_Port", "byPhysicalNetwork", network._uuid))
        if (port.name === nic && port.host === owner) draft.delete("Physical_Port", port._uuid);
    });
  }
}

/** @returns the peers as they are kept. Throws `invalid` where the type has none. */
function checkedPeers(type: PhysicalType, peers: readonly string[]): readonly string[] {
  if (peers.length > 0 && type !== "vtep")
    throw new FairwayError(
      "invalid",
      `a physical network of type ${type} has no peers; they are the ends of VXLAN tunnels, of type vtep`,
    );
  return [...new Set(peers.map(canonicalIp))].sort();
}

/** Throws `invalid` where the type has no tunnels of its own. */
function checkedTunnelPort(type: PhysicalType, port: number | null): number | null {
  if (port === null || type === "vtep") return port;
  throw new FairwayError(
    "invalid",
    `a physical network of type ${type} has no tunnel port; it is of VXLAN tunnels, of type vtep`,
  );
}

/** Throws `invalid` where no interface carries such a network. */
function checkHasPorts({ name, type }: IntentRow<"Physical_Network">): void {
  const why = {
    local: "its networks are each on one host alone",
    vtep: "its tunnels go where the hosts' routes to its peers lead",
  } as const satisfies Partial<Record<PhysicalType, string>>;
  if (type === "local" || type === "vtep")
    throw new FairwayError(
      "invalid",
      `physical network ${name} is of type ${type}: ${why[type]}, and no interface carries them`,
    );
}

/** @returns the ranges as they are kept. Throws `invalid`. */
function checkedRanges(type: PhysicalType, ranges: readonly string[]): readonly string[] {
  if (isSegmented(type)) {
    parseSegmentRanges(type, ranges);
    return [...ranges].sort();
  }
  if (ranges.length === 0) return [];
  throw new FairwayError(
    "invalid",
    type === "flat"
      ? "a flat physical network carries one network without a tag; it has no ranges"
      : "a local physical network has no wire on which its networks would have to be told apart; it has no ranges",
  );
}

function checkCovered(view: View, row: IntentRow<"Physical_Network">, texts: readonly string[]): void {
  const { type } = row;
  if (!isSegmented(type)) return;
  const ranges = parseSegmentRanges(type, texts);
  for (const { segment, name } of view.find("Network", "byPhysicalNetwork", row._uuid))
    if (segment !== null && !hasSegment(ranges, segment))
      throw new FairwayError(
        "in_use",
        `${segmentKinds[type].word} ${segment} is in use by network ${name}; the ranges must keep it`,
      );
}

/** The ports that one host has by itself; null: those that are for every host. */
function portsAt(view: View, host: string | null): readonly IntentRow<"Physical_Port">[] {
  if (host !== null) return view.find("Physical_Port", "byHost", host);
  return Array.from(view.rows("Physical_Port")).filter((port) => port.host === null);
}

function taken(view: View, rival: IntentRow<"Physical_Port">, host: string | null): FairwayError {
  const where = host === null ? "every host" : `host ${host}`;
  const network = view.get("Physical_Network", rival.physical_network)?.name;
  return new FairwayError(
    "conflict",
    `on ${where}, interface ${rival.name} is the port of physical network ${network}; remove that port first`,
  );
}

function inUse(name: string, what: string, count: number): FairwayError {
  const more = count > namedAtMost ? ` and ${count - namedAtMost} more` : "";
  return new FairwayError("in_use", `physical network ${name} has ${what}${more}; remove them first`);
}
