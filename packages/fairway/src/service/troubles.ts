import { withPart } from "../intent/status.ts";
import type { Store } from "../intent/store.ts";
import { mayActFor } from "./access.ts";
import { registeredHost } from "./lookup.ts";
import { hasNetwork } from "./network-access.ts";
import { troublePart } from "./network-status.ts";
import type { TroubleReport } from "./schemas/trouble.ts";
import type { Context } from "./service.ts";

/** What hosts say of networks and endpoints that do not work on them: it stands in their status. */
export class Troubles {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @param report all that there is to say: what it does not name any more has passed. */
  async tell(host: string, { networks, endpoints }: TroubleReport, context: Context): Promise<void> {
    mayActFor(context.caller, host);
    const part = troublePart(host);
    const ofNetwork = new Map(networks.map(({ network, reason }) => [network, reason]));
    const ofEndpoint = new Map(endpoints.map(({ endpoint, reason }) => [endpoint, reason]));
    await this.#store.change((draft) => {
      const owner = registeredHost(draft, host);
      for (const { _uuid, status } of draft.rows("Network")) {
        const reason = hasNetwork(draft, _uuid, owner) ? ofNetwork.get(_uuid) : undefined;
        if (status[part] !== reason)
          draft.update("Network", _uuid, { status: withPart(status, part, reason) });
      }
      for (const { _uuid, status } of draft.find("Endpoint", "byHost", owner._uuid))
        if (status[part] !== ofEndpoint.get(_uuid))
          draft.update("Endpoint", _uuid, { status: withPart(status, part, ofEndpoint.get(_uuid)) });
    });
  }
}
