import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import type { Changeable } from "../../intent/joint-change.ts";
import { changeOrRehearse } from "../../intent/rehearsal.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { canonicalIp } from "../../ip.ts";
import { mayAdminister, mayReadAll } from "../access/access.ts";
import type { Context } from "../context.ts";
import { physicalNetworkNamed } from "../lookup.ts";
import type { Manner } from "../manner.ts";
import { mergedMap } from "../merged-map.ts";
import { isNamed, pageOf } from "../page.ts";
import { checkRevision } from "../revision.ts";
import { keyInList } from "../schemas/list-keys.ts";
import type { PageWish } from "../schemas/page.ts";
import type { PhysicalNetwork } from "../schemas/physical-network.ts";
import type {
  PhysicalNetworkChange,
  PhysicalNetworkSpec,
  PhysicalType,
} from "../schemas/physical-network-spec.ts";
import { physicalNetworkView, revisionOfPhysicalNetwork } from "./physical-network-view.ts";
import { hasSegment, isSegmented, parseSegmentRanges, segmentKinds } from "./segment-ranges.ts";

/** No message names more networks. */
const namedAtMost = 5;

/** Which physical networks. */
interface PhysicalNetworkFilter extends PageWish {
  readonly name?: string | undefined;
  readonly type?: PhysicalType | undefined;
}

/**
 * The wires outside the cluster, and which networks they carry. A change throws `precondition_failed` where the physical network has none of the
 * revisions that it names.
 */
export class PhysicalNetworks {
  readonly #store: Changeable;

  constructor(store: Changeable) {
    this.#store = store;
  }

  /** The physical networks that the filter lets through, by name. */
  list({ name, type, ...page }: PhysicalNetworkFilter, { caller }: Context): readonly PhysicalNetwork[] {
    mayReadAll(caller);
    const { view } = this.#store;
    const rows = Array.from(view.rows("Physical_Network")).filter(
      (row) => isNamed(row.name, name) && (type === undefined || row.type === type),
    );
    return pageOf(rows, page, {
      key: keyInList.physicalNetwork,
      view: (row) => physicalNetworkView(view, row),
    });
  }

  /** Throws `not_found`. */
  show(name: string, { caller }: Context): PhysicalNetwork {
    mayReadAll(caller);
    const { view } = this.#store;
    return physicalNetworkView(view, physicalNetworkNamed(view, name));
  }

  /** The same twice is one. Throws `invalid` for ranges that are none, and `conflict` where the name is another one's. */
  async create(
    name: string,
    { type, mtu, options, ...asked }: PhysicalNetworkSpec,
    manner: Manner,
    { caller }: Context,
  ): Promise<PhysicalNetwork> {
    mayAdminister(caller);
    const ranges = checkedRanges(type, asked.ranges);
    const peers = checkedPeers(type, asked.peers);
    const tunnel_port = checkedTunnelPort(type, asked.tunnelPort);
    return changeOrRehearse(this.#store, manner, (draft) => {
      const [known] = draft.find("Physical_Network", "byName", name);
      if (known !== undefined) {
        if (
          known.type === type &&
          known.ranges.join() === ranges.join() &&
          known.peers.join() === peers.join() &&
          known.tunnel_port === tunnel_port &&
          known.mtu === mtu
        )
          return physicalNetworkView(draft, known);
        throw new FairwayError(
          "conflict",
          `physical network ${name} exists and is another: type ${known.type}, ranges ${known.ranges.join(", ") || "none"}`,
        );
      }
      const uuid = derive("physical-network", name);
      const columns = { name, type, ranges, peers, tunnel_port, mtu, options, status: {} };
      return physicalNetworkView(draft, draft.insert("Physical_Network", uuid, columns));
    });
  }

  /** Throws `in_use` where a network has a VLAN or VNI outside the new ranges. */
  async update(
    name: string,
    change: PhysicalNetworkChange,
    manner: Manner,
    { caller }: Context,
  ): Promise<PhysicalNetwork> {
    mayAdminister(caller);
    return changeOrRehearse(this.#store, manner, (draft) => {
      const row = physicalNetworkIn(draft, name, manner);
      const ranges = change.ranges === undefined ? row.ranges : checkedRanges(row.type, change.ranges);
      checkCovered(draft, row, ranges);
      const peers = change.peers === undefined ? row.peers : checkedPeers(row.type, change.peers);
      const { mtu = row.mtu, tunnelPort = row.tunnel_port } = change;
      const tunnel_port = checkedTunnelPort(row.type, tunnelPort);
      const options = mergedMap("options", row.options, change.options);
      draft.update("Physical_Network", row._uuid, { ranges, peers, tunnel_port, mtu, options });
      return physicalNetworkView(draft, physicalNetworkNamed(draft, name));
    });
  }

  /** Succeeds where there is none. Throws `in_use` naming what still hangs on it. */
  async remove(name: string, manner: Manner, { caller }: Context): Promise<void> {
    mayAdminister(caller);
    await changeOrRehearse(this.#store, manner, (draft) => {
      if (draft.count("Physical_Network", "byName", name) === 0) return;
      const row = physicalNetworkIn(draft, name, manner);
      const networks = draft.find("Network", "byPhysicalNetwork", row._uuid).map((each) => each.name);
      if (networks.length > 0)
        throw inUse(name, `the networks ${networks.slice(0, namedAtMost).join(", ")}`, networks.length);
      const ports = draft.find("Physical_Port", "byPhysicalNetwork", row._uuid).map((each) => each.name);
      if (ports.length > 0)
        throw inUse(name, `the physical ports ${ports.slice(0, namedAtMost).join(", ")}`, ports.length);
      draft.delete("Physical_Network", row._uuid);
    });
  }
}

/** A physical network that is to be changed. Throws `not_found`, `precondition_failed`. */
function physicalNetworkIn(view: View, name: string, { revisions }: Manner): IntentRow<"Physical_Network"> {
  const row = physicalNetworkNamed(view, name);
  checkRevision(`physical network ${name}`, revisionOfPhysicalNetwork(row), revisions);
  return row;
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

function inUse(name: string, what: string, count: number): FairwayError {
  const more = count > namedAtMost ? ` and ${count - namedAtMost} more` : "";
  return new FairwayError("in_use", `physical network ${name} has ${what}${more}; remove them first`);
}
