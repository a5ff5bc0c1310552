import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import type { Draft } from "../../intent/draft.ts";
import { hasEgress, hasWireUplink } from "../../intent/egress.ts";
import { keyOf } from "../../intent/indexes.ts";
import { held, publicationsOfContainer, publishedPorts } from "../../intent/publications.ts";
import { isOnHostPort, type PublishedPort } from "../../intent/published-port.ts";
import type { Store } from "../../intent/store.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { until } from "../../runtime/until.ts";
import { mayActFor, mayChangeAll } from "../access/access.ts";
import type { Context } from "../context.ts";
import { endpointView } from "../endpoints/endpoint-view.ts";
import { networkOf, referred, someEndpointsOf } from "../lookup.ts";
import type { Endpoint, NewPublication, PublicationReport } from "../schemas/endpoint.ts";
import { hostNameOf } from "../views.ts";
import { putSources } from "./container-rows.ts";

type EndpointRow = IntentRow<"Endpoint">;

/** How long a host has to take a port, ms. */
const holdBoundMs = 10_000;

/** Ports of hosts that a person publishes while the container runs, beside those that its engine asked for. */
export class ContainerPublications {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Publishes a port of a container that runs, and waits until its host holds it. It is published whenever the container runs, until this is gone. What is published
   * so already stays. Throws `not_found`, `conflict` naming who has the port, `unsupported` where nothing leads into the network, `unavailable` where the host does not answer; then
   * nothing is published.
   */
  async publish(reference: string, wish: NewPublication, context: Context): Promise<Endpoint> {
    mayChangeAll(context.caller);
    const { view } = this.#store;
    const made = await this.#store.change((draft) => make(draft, endpointFor(draft, reference, wish), wish));
    const told = () => view.get("Publication", made.uuid)?.told;
    const bound = AbortSignal.any([context.signal, AbortSignal.timeout(holdBoundMs)]);
    await until(
      (look) => {
        this.#store.replica.on("change", look);
        return () => this.#store.replica.off("change", look);
      },
      () => told() !== null,
      bound,
    );
    if (told() === held) return this.#shown(made.endpoint);
    const trouble = told();
    await this.#store.change((draft) => made.undo(draft));
    if (trouble != null) throw new FairwayError("conflict", `host ${made.host}: ${trouble}`);
    throw new FairwayError(
      "unavailable",
      `host ${made.host} did not take port ${wish.hostPort}/${wish.protocol} within ${holdBoundMs / 1_000} s; \`fairway host show ${made.host}\` says how it is`,
    );
  }

  /** Ends what `publish` began. Throws `not_found` where there is nothing like that. */
  async unpublish(
    reference: string,
    place: Pick<PublishedPort, "protocol" | "hostPort">,
    context: Context,
  ): Promise<void> {
    mayChangeAll(context.caller);
    const { protocol, hostPort } = place;
    await this.#store.change((draft) => {
      const endpoints = someEndpointsOf(draft, reference);
      const found = endpoints
        .flatMap((endpoint) => publicationsOfContainer(draft, endpoint))
        .find((each) => each.protocol === protocol && each.host_port === hostPort);
      if (found !== undefined) return draft.delete("Publication", found._uuid);
      const isEngines = endpoints
        .flatMap((endpoint) => publishedPorts(draft, endpoint))
        .some((port) => isOnHostPort(port, place));
      throw new FairwayError(
        isEngines ? "conflict" : "not_found",
        isEngines
          ? `port ${hostPort}/${protocol} of ${reference} was published by its engine (docker run -p), and goes with the container alone`
          : `${reference} is not published on port ${hostPort}/${protocol} of its host; \`fairway port ls\` lists what is`,
      );
    });
  }

  /** A host tells which of these ports it holds. It speaks for itself alone. */
  async report(host: string, { publications }: PublicationReport, context: Context): Promise<void> {
    mayActFor(context.caller, host);
    const told = new Map(publications.map(({ publication, trouble }) => [publication, trouble ?? held]));
    await this.#store.change((draft) => {
      for (const { _uuid: own } of draft.find("Host", "byName", host))
        for (const row of draft.find("Publication", "byHost", own)) {
          const now = told.get(row._uuid);
          if (now !== undefined && now !== row.told) draft.update("Publication", row._uuid, { told: now });
        }
    });
  }

  #shown(endpoint: string): Endpoint {
    const { view } = this.#store;
    return endpointView(view, referred(view.get("Endpoint", endpoint)));
  }
}

/** The one endpoint that is meant. */
function endpointFor(view: View, reference: string, { network }: NewPublication): EndpointRow {
  const wanted = network === undefined ? undefined : networkOf(view, network)._uuid;
  const all = someEndpointsOf(view, reference);
  const found = wanted === undefined ? all : all.filter((each) => each.network === wanted);
  const [endpoint, other] = found;
  if (endpoint === undefined)
    throw new FairwayError("not_found", `${reference} is not on network ${network}`);
  if (other !== undefined) {
    const names = found.map((each) => referred(view.get("Network", each.network)).name).sort();
    throw new FairwayError(
      "invalid",
      `${reference} is on networks ${names.join(", ")}; say on which by --network`,
    );
  }
  return endpoint;
}

interface Made {
  readonly uuid: string;
  readonly endpoint: string;
  readonly host: string;
  /** Takes back what was made. */
  undo(draft: Draft): void;
}

function make(draft: Draft, endpoint: EndpointRow, wish: NewPublication): Made {
  const { protocol, port, hostPort, from } = wish;
  const [handle] = draft.find("Docker_Endpoint", "byEndpoint", endpoint._uuid);
  if (handle?.container_id == null)
    throw new FairwayError("invalid", "a port is published of a container that runs, and of nothing else");
  const network = referred(draft.get("Network", endpoint.network));
  if (!hasEgress(draft, network) && !hasWireUplink(network))
    throw new FairwayError(
      "unsupported",
      `ports cannot be published on network ${network.name}: nothing leads into it`,
    );
  const { host, container_id } = handle;
  const uuid = derive("publication", host, container_id, network._uuid, `${hostPort}/${protocol}`);
  const known = draft.get("Publication", uuid);
  if (known === undefined || known.port !== port) checkFree(draft, host, wish);
  const before = draft
    .find("Container_Port", "byContainer", keyOf(host, container_id))
    .find((each) => each.protocol === protocol && each.port === port);
  if (from !== undefined) putSources(draft, { handle, protocol, port }, from);
  if (known === undefined)
    draft.insert("Publication", uuid, {
      host,
      container_id,
      network: network._uuid,
      protocol,
      port,
      host_port: hostPort,
      told: null,
    });
  return {
    uuid,
    endpoint: endpoint._uuid,
    host: hostNameOf(draft, host) ?? "",
    undo: (later) => {
      if (known === undefined) later.delete("Publication", uuid);
      if (from !== undefined) putSources(later, { handle, protocol, port }, before?.sources);
    },
  };
}

/** Throws `conflict` naming the container that has the port by the center's knowledge; of other programs the host knows. */
function checkFree(view: View, host: string, wish: NewPublication): void {
  const holder = view
    .find("Endpoint", "byHost", host)
    .find((each) => publishedPorts(view, each).some((port) => isOnHostPort(port, wish)));
  if (holder === undefined) return;
  const [handle] = view.find("Docker_Endpoint", "byEndpoint", holder._uuid);
  throw new FairwayError(
    "conflict",
    `Port ${wish.hostPort}/${wish.protocol} of host ${hostNameOf(view, host) ?? ""} is in use by container ${handle?.container_name ?? holder._uuid}; publish another one`,
  );
}
