import type { Draft } from "../../intent/draft.ts";
import { gatewayOf } from "../../intent/router-gateways.ts";
import type { Store } from "../../intent/store.ts";
import { mayActFor } from "../access/access.ts";
import type { Context } from "../context.ts";
import { registeredHost } from "../lookup.ts";
import type { GatewayReadiness } from "../schemas/gateway-readiness.ts";

/** What hosts say of routers of which they may be the way out. */
export class GatewayHosts {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * A host speaks for itself alone, and of gateways that have it.
   * @param readiness all that there is to say: of a router that it does not name nobody knows any more.
   */
  async report(host: string, { routers }: GatewayReadiness, context: Context): Promise<void> {
    mayActFor(context.caller, host);
    const told = new Map(routers.map(({ router, trouble }) => [router, trouble ?? ""]));
    await this.#store.change((draft) => {
      const { _uuid: own } = registeredHost(draft, host);
      for (const { _uuid, router, readiness } of draft.find("Router_Gateway", "byHost", own)) {
        const { [own]: known, ...others } = readiness;
        const now = told.get(router);
        if (now !== known)
          draft.update("Router_Gateway", _uuid, {
            readiness: now === undefined ? others : { ...others, [own]: now },
          });
      }
    });
  }
}

/** OVN has made another host of a router's gateway its way out. @returns whether that was not known. */
export function noteHolder(draft: Draft, router: string, host: string): boolean {
  const gateway = gatewayOf(draft, router);
  if (gateway === undefined || gateway.holder === host || !Object.values(gateway.hosts).includes(host))
    return false;
  draft.update("Router_Gateway", gateway._uuid, { holder: host });
  return true;
}
