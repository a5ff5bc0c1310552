import type { IntentRow, View } from "../../intent/view.ts";
import { mayActFor } from "../access/access.ts";
import { seenBy } from "../access/seen.ts";
import type { Context } from "../context.ts";
import { endpointOf } from "../lookup.ts";
import { isNamed, pageOf } from "../page.ts";
import type { Progress } from "../progress.ts";
import type { AwaitedStage, Endpoint, EndpointProgress } from "../schemas/endpoint.ts";
import { keyInList } from "../schemas/list-keys.ts";
import { hostNameOf } from "../views.ts";
import { type EndpointFilter, endpointsIn } from "./endpoint-filter.ts";
import { endpointView } from "./endpoint-view.ts";

interface EndpointsOptions {
  readonly view: View;
  readonly progress: Progress;
}

/** The endpoints of the cluster, whichever engine knows them. */
export class Endpoints {
  readonly #view: View;
  readonly #progress: Progress;

  constructor({ view, progress }: EndpointsOptions) {
    this.#view = view;
    this.#progress = progress;
  }

  /** The endpoints that the filter lets through. Throws `not_found` where it names a network or host that is not there. */
  list(filter: EndpointFilter, context: Context): readonly Endpoint[] {
    const view = seenBy(context.caller, this.#view);
    const { name } = filter;
    const rows = endpointsIn(view, filter).filter(
      (row) => name === undefined || row.names.some((own) => isNamed(own, name)),
    );
    const key = ({ _uuid: uuid }: IntentRow<"Endpoint">) => keyInList.endpoint({ uuid });
    return pageOf(rows, filter, { key, view: (row) => endpointView(view, row) });
  }

  /**
   * One endpoint. Throws `not_found`.
   * @param reference a container's name, a UUID, an address, or an engine's id or an unambiguous start of one.
   */
  show(reference: string, context: Context): Endpoint {
    const view = seenBy(context.caller, this.#view);
    return endpointView(view, endpointOf(view, reference));
  }

  /**
   * How far an endpoint is on its way to the engine. Throws `not_found`.
   * @param until a stage to wait for, 10 s at most; undefined: how far it is now.
   */
  async progress(uuid: string, until: AwaitedStage | undefined, context: Context): Promise<EndpointProgress> {
    const host = hostNameOf(this.#view, this.#view.get("Endpoint", uuid)?.host ?? null);
    if (host !== null) mayActFor(context.caller, host);
    return await this.#progress.endpoint(uuid, until, context.signal);
  }
}
