import { FairwayError } from "../../errors.ts";
import { publishedPorts } from "../../intent/publications.ts";
import { isOnHostPort, type PublishedPort } from "../../intent/published-port.ts";
import type { Store } from "../../intent/store.ts";
import type { View } from "../../intent/view.ts";
import { mayActFor, mayChangeAll } from "../access/access.ts";
import type { Context } from "../context.ts";
import { endpointView } from "../endpoints/endpoint-view.ts";
import { hostNamed, referred, someEndpointsOf } from "../lookup.ts";
import type { Endpoint, PortRestriction } from "../schemas/endpoint.ts";
import { forgetContainer, putSources } from "./container-rows.ts";

/** Which port of a host. */
type PlaceOnHost = Pick<PublishedPort, "protocol" | "hostPort">;

/** What is said of the ports of containers beside what they were started with. */
export class ContainerPorts {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Says who may reach a published port from now on. Throws `not_found` where there is no such container, or none of its ports is published there.
   * @param reference a container, as `Endpoints.show` takes it.
   */
  async restrict(
    reference: string,
    { from, ...place }: PortRestriction,
    context: Context,
  ): Promise<Endpoint> {
    mayChangeAll(context.caller);
    const uuid = await this.#store.change((draft) => {
      const { endpoint, port } = publishedOn(draft, reference, place);
      const [handle] = draft.find("Docker_Endpoint", "byEndpoint", endpoint._uuid);
      putSources(draft, { handle: referred(handle), ...port }, from ?? undefined);
      return endpoint._uuid;
    });
    const { view } = this.#store;
    return endpointView(view, referred(view.get("Endpoint", uuid)));
  }

  /** The containers of a host of which something is said: it tells which of them are gone. Throws `not_found`. */
  list(host: string, context: Context): readonly string[] {
    mayActFor(context.caller, host);
    const { view } = this.#store;
    const { _uuid } = hostNamed(view, host);
    const rows = [
      ...view.find("Container_Port", "byHost", _uuid),
      ...view.find("Publication", "byHost", _uuid),
      ...view.find("Container_Groups", "byHost", _uuid),
    ];
    return [...new Set(rows.flatMap(({ container_id }) => container_id ?? []))].sort();
  }

  /** A container is gone, and with it what was said of it. */
  async forget(host: string, container: string, context: Context): Promise<void> {
    mayActFor(context.caller, host);
    await this.#store.change((draft) => {
      for (const { _uuid } of draft.find("Host", "byName", host)) forgetContainer(draft, _uuid, container);
    });
  }
}

/** Which of a container's endpoints a port of its host leads to, and to which port there. */
function publishedOn(view: View, reference: string, place: PlaceOnHost) {
  const { protocol, hostPort } = place;
  const endpoints = someEndpointsOf(view, reference);
  const found = endpoints.flatMap((endpoint) =>
    publishedPorts(view, endpoint).flatMap((port) => (isOnHostPort(port, place) ? { endpoint, port } : [])),
  );
  const [first, other] = found;
  if (first === undefined) {
    const published = endpoints
      .flatMap((each) => publishedPorts(view, each))
      .map((port) => `${port.hostPort}/${port.protocol}`);
    throw new FairwayError(
      "not_found",
      `${reference} is not published on port ${hostPort}/${protocol} of its host; it is on ${published.join(", ") || "none"}`,
    );
  }
  if (other !== undefined && other.endpoint !== first.endpoint)
    throw new FairwayError(
      "invalid",
      `several endpoints are called ${reference}; name one by its UUID: ${endpoints.map(({ _uuid }) => _uuid).join(", ")}`,
    );
  return { endpoint: first.endpoint, port: { protocol, port: first.port.port } };
}
