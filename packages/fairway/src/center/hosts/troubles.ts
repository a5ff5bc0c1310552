import { withPart } from "../../intent/status.ts";
import type { Store } from "../../intent/store.ts";
import { mayActFor } from "../access/access.ts";
import { hasNetwork, hasPhysicalNetwork } from "../access/network-access.ts";
import type { Context } from "../context.ts";
import { tellOfEndpoint } from "../endpoints/endpoint-rows.ts";
import { registeredHost } from "../lookup.ts";
import { tellOfNetwork, troublePart } from "../networks/network-status.ts";
import type { TroubleReport } from "../schemas/trouble.ts";

/** What hosts say of networks and endpoints that do not work on them: it stands in their status. */
export class Troubles {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @param report all that there is to say: what it does not name any more has passed. */
  async report(
    host: string,
    { networks, endpoints, physicalNetworks = [] }: TroubleReport,
    context: Context,
  ): Promise<void> {
    mayActFor(context.caller, host);
    const part = troublePart(host);
    const ofNetwork = new Map(networks.map(({ network, reason }) => [network, reason]));
    const ofPhysical = new Map(
      physicalNetworks.map(({ physicalNetwork, reason }) => [physicalNetwork, reason]),
    );
    const ofEndpoint = new Map(endpoints.map(({ endpoint, reason }) => [endpoint, reason]));
    await this.#store.change((draft) => {
      const owner = registeredHost(draft, host);
      for (const network of draft.rows("Network")) {
        const { _uuid } = network;
        const reason = hasNetwork(draft, _uuid, owner) ? ofNetwork.get(_uuid) : undefined;
        tellOfNetwork(draft, network, part, reason);
      }
      for (const { _uuid, status } of draft.rows("Physical_Network")) {
        const reason = hasPhysicalNetwork(draft, _uuid, owner) ? ofPhysical.get(_uuid) : undefined;
        if (status[part] !== reason)
          draft.update("Physical_Network", _uuid, { status: withPart(status, part, reason) });
      }
      for (const endpoint of draft.find("Endpoint", "byHost", owner._uuid))
        tellOfEndpoint(draft, endpoint, part, ofEndpoint.get(endpoint._uuid));
    });
  }
}
