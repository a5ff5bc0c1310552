import { withPart } from "../intent/status.ts";
import type { Store } from "../intent/store.ts";
import { mayActFor } from "./access.ts";
import { registeredHost } from "./lookup.ts";
import { isForHost } from "./network-access.ts";
import { mirrorPart } from "./network-status.ts";
import type { MirrorReport } from "./schemas/mirror.ts";
import type { Context } from "./service.ts";

/** What engines say of the networks that they have, or were to have, for the cluster. */
export class Mirrors {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @param report all that there is to say: what it does not name any more has passed. */
  async tell(host: string, { troubles, uses }: MirrorReport, context: Context): Promise<void> {
    mayActFor(context.caller, host);
    const part = mirrorPart(host);
    const troubleOf = new Map(troubles.map(({ network, trouble }) => [network, trouble]));
    const usersOf = new Map(uses.map(({ engineId, containers }) => [engineId, containers]));
    await this.#store.change((draft) => {
      const owner = registeredHost(draft, host);
      for (const network of draft.rows("Network")) {
        const { _uuid, status } = network;
        const trouble = isForHost(draft, network, owner) ? troubleOf.get(_uuid) : undefined;
        if (status[part] !== trouble)
          draft.update("Network", _uuid, { status: withPart(status, part, trouble) });
      }
      for (const handle of draft.find("Docker_Network", "byHost", owner._uuid)) {
        const removal = draft.get("Network", handle.network)?.removal ?? null;
        const users = usersOf.get(handle.engine_id);
        if (removal === null || users === undefined) continue;
        draft.update("Docker_Network", handle._uuid, { use: [...users].sort().join(", ") });
      }
    });
  }
}
