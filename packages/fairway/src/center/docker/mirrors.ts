import type { Store } from "../../intent/store.ts";
import { mayActFor } from "../access/access.ts";
import { isForHost } from "../access/network-access.ts";
import type { Context } from "../context.ts";
import { registeredHost } from "../lookup.ts";
import { mirrorPart, tellOfNetwork } from "../networks/network-status.ts";
import type { MirrorReport } from "../schemas/mirror.ts";

/** What engines say of the networks that they have, or were to have, for the cluster. */
export class Mirrors {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @param report all that there is to say: what it does not name any more has passed. */
  async report(
    host: string,
    { troubles, uses, outdated = [] }: MirrorReport,
    context: Context,
  ): Promise<void> {
    mayActFor(context.caller, host);
    const part = mirrorPart(host);
    const troubleOf = new Map(troubles.map(({ network, trouble }) => [network, trouble]));
    const usersOf = new Map(uses.map(({ engineId, containers }) => [engineId, containers]));
    const isOutdated = new Set(outdated);
    await this.#store.change((draft) => {
      const owner = registeredHost(draft, host);
      for (const network of draft.rows("Network")) {
        const { _uuid } = network;
        const trouble = isForHost(draft, network, owner) ? troubleOf.get(_uuid) : undefined;
        tellOfNetwork(draft, network, part, trouble);
      }
      for (const handle of draft.find("Docker_Network", "byHost", owner._uuid)) {
        draft.update("Docker_Network", handle._uuid, { outdated: isOutdated.has(handle.engine_id) });
        const removal = draft.get("Network", handle.network)?.removal ?? null;
        const users = usersOf.get(handle.engine_id);
        if (removal === null || users === undefined) continue;
        draft.update("Docker_Network", handle._uuid, { use: [...users].sort().join(", ") });
      }
    });
  }
}
