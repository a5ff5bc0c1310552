import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import type { Changeable } from "../../intent/joint-change.ts";
import { changeOrRehearse } from "../../intent/rehearsal.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { mayAdminister } from "../access/access.ts";
import type { Context } from "../context.ts";
import { hostNamed, physicalNetworkNamed } from "../lookup.ts";
import type { Manner } from "../manner.ts";
import { mergedMap } from "../merged-map.ts";
import { checkRevision } from "../revision.ts";
import type {
  PhysicalNetwork,
  PhysicalPortChange,
  PhysicalPortKey,
  PhysicalPortSpec,
} from "../schemas/physical-network.ts";
import type { PhysicalType } from "../schemas/physical-network-spec.ts";
import { physicalNetworkView, revisionOfPhysicalPort } from "./physical-network-view.ts";

type Row = IntentRow<"Physical_Port">;

/**
 * The interfaces of hosts by which physical networks are reached. Each change answers the physical network as it is then, with its ports, and throws
 * `precondition_failed` where the port has none of the revisions that the change names.
 */
export class PhysicalPorts {
  readonly #store: Changeable;

  constructor(store: Changeable) {
    this.#store = store;
  }

  /**
   * Gives a physical network an interface of one host, or of every host that has no port of its own there. The same twice is one; whether it
   * takes the host's addresses may differ. Throws `conflict` where the host has another one, or its interface is another network's, and `invalid` of a network that no
   * interface carries.
   */
  async add(
    name: string,
    { interface: nic, host, takeAddress, options }: PhysicalPortSpec,
    manner: Manner,
    { caller }: Context,
  ): Promise<PhysicalNetwork> {
    mayAdminister(caller);
    return changeOrRehearse(this.#store, manner, (draft) => {
      const network = physicalNetworkNamed(draft, name);
      checkHasPorts(network);
      checkTakesAddress(network, takeAddress);
      const owner = host === null ? null : hostNamed(draft, host)._uuid;
      const [rival] = portsAt(draft, owner).filter(
        (each) => (each.physical_network === network._uuid) !== (each.name === nic),
      );
      if (rival !== undefined) throw taken(draft, rival, host);
      const uuid = derive("physical-port", network._uuid, owner ?? "", nic);
      const taking = { take_address: takeAddress };
      if (draft.get("Physical_Port", uuid) !== undefined) draft.update("Physical_Port", uuid, taking);
      else {
        const columns = { physical_network: network._uuid, name: nic, host: owner, options, ...taking };
        draft.insert("Physical_Port", uuid, columns);
      }
      return physicalNetworkView(draft, network);
    });
  }

  /** Changes whether a port takes the host's addresses, and what is kept beside. Throws `not_found`, and `invalid` where it may not take them. */
  async update(
    key: PhysicalPortKey,
    change: PhysicalPortChange,
    manner: Manner,
    { caller }: Context,
  ): Promise<PhysicalNetwork> {
    mayAdminister(caller);
    return changeOrRehearse(this.#store, manner, (draft) => {
      const network = physicalNetworkNamed(draft, key.physicalNetwork);
      const port = portAt(draft, network._uuid, key);
      const where = key.host === null ? "for all hosts" : `of host ${key.host}`;
      if (port === undefined)
        throw new FairwayError(
          "not_found",
          `physical network ${network.name} has no port ${key.interface} ${where}`,
        );
      checkPort(port, manner);
      const { takeAddress = port.take_address } = change;
      checkTakesAddress(network, takeAddress);
      const options = mergedMap("options", port.options, change.options);
      draft.update("Physical_Port", port._uuid, { take_address: takeAddress, options });
      return physicalNetworkView(draft, network);
    });
  }

  /** Succeeds where there is none. What containers send by it ends. */
  async remove(key: PhysicalPortKey, manner: Manner, { caller }: Context): Promise<void> {
    mayAdminister(caller);
    await changeOrRehearse(this.#store, manner, (draft) => {
      const network = physicalNetworkNamed(draft, key.physicalNetwork);
      const port = portAt(draft, network._uuid, key);
      if (port === undefined) return;
      checkPort(port, manner);
      draft.delete("Physical_Port", port._uuid);
    });
  }
}

/** The port of that interface. Throws `not_found` where there is no such host. */
function portAt(view: View, network: string, { interface: nic, host }: PhysicalPortKey): Row | undefined {
  const owner = host === null ? null : hostNamed(view, host)._uuid;
  return view
    .find("Physical_Port", "byPhysicalNetwork", network)
    .find((each) => each.name === nic && each.host === owner);
}

function checkPort(port: Row, { revisions }: Manner): void {
  checkRevision(`physical port ${port.name}`, revisionOfPhysicalPort(port), revisions);
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

/** Throws `invalid` where an interface carries nothing that would need it without addresses. */
function checkTakesAddress({ name, type }: IntentRow<"Physical_Network">, takeAddress: boolean): void {
  if (takeAddress && type === "overlay")
    throw new FairwayError(
      "invalid",
      `physical network ${name} is an overlay: its interfaces are recorded alone, and keep their addresses`,
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
