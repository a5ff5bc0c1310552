import type { ApiClient } from "../api/client.ts";
import { FairwayError, messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { Loop } from "../runtime/loop.ts";
import type { EngineDrivers } from "./driver-names.ts";
import type { Engine } from "./engine.ts";
import type { EngineEvent, EngineNetwork } from "./engine-objects.ts";
import { describedEndpoints, describedNetwork } from "./facts.ts";
import { labelledGroups } from "./labelled-groups.ts";

const backoff = { firstMs: 250, longestMs: 8_000 };
/** How long a fact waits for the center before the whole engine is described again. */
const patienceMs = 60_000;

export interface EventsParts {
  readonly api: Pick<
    ApiClient,
    | "describeDockerNetwork"
    | "describeDockerEndpoint"
    | "deleteDockerNetwork"
    | "listKeptContainers"
    | "forgetContainer"
  >;
  readonly engine: Engine;
  readonly hostName: string;
  readonly drivers: Pick<EngineDrivers, "networks">;
  readonly logger: Logger;
  /** All that the engine has was described; its events are followed from there. */
  readonly onCaughtUp: () => void;
  readonly onVersion: (version: string) => void;
  /** A container of ours has these name servers of its own, none as a rule. One that is removed has none, whose ever it was. */
  readonly onNameServers: (container: string, servers: readonly string[]) => void;
  /** These are all containers of ours; told before their name servers. */
  readonly onAllContainers: (containers: ReadonlySet<string>) => void;
  /** A network of another driver came or went. */
  readonly onForeignNetwork: () => void;
  /** A network came or went, whoever drives it. */
  readonly onNetworks: () => void;
  /** A container was made or removed: what was in use may be so no longer. */
  readonly onContainers: () => void;
}

/**
 * Reports to the center what the engine says outside of its calls: names and labels. After each (re)connection everything is described,
 * for what happened meanwhile; facts are reported in the order of the events.
 */
export class EngineEvents implements AsyncDisposable {
  readonly #parts: EventsParts;
  readonly #loop: Loop;
  /** Containers of which the center may know something. */
  readonly #ours = new Set<string>();

  constructor(parts: EventsParts) {
    this.#parts = parts;
    const { logger } = parts;
    const work = (signal: AbortSignal) => this.#follow(signal);
    this.#loop = new Loop({ name: "follow the engine's events", work, backoff, logger });
    this.#loop.soon();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop[Symbol.asyncDispose]();
  }

  /** Throws where it does not even catch up with the engine; once it has, the end of the stream is no failure of the engine's. */
  async #follow(end: AbortSignal): Promise<void> {
    const { engine, logger, onVersion } = this.#parts;
    const ended = new AbortController();
    const signal = AbortSignal.any([end, ended.signal]);
    try {
      // The stream is opened first, so that nothing is missed between the description and the events.
      const events = await engine.events(signal);
      onVersion(await engine.version(signal));
      await this.#describeEverything(signal);
      logger.info({}, "the engine's events are followed");
      await this.#handleAll(events, signal);
    } finally {
      ended.abort();
    }
  }

  async #handleAll(events: AsyncIterable<EngineEvent>, signal: AbortSignal): Promise<void> {
    try {
      for await (const event of events) await this.#unlessPermanent(this.#handle(event, signal));
      throw new FairwayError("unavailable", "The engine closed the stream of its events");
    } catch (error) {
      if (signal.aborted) return;
      this.#parts.logger.warn(
        { error: messageOf(error) },
        "the engine's events are not followed at the moment",
      );
      this.#loop.after(backoff.firstMs);
    }
  }

  async #describeEverything(signal: AbortSignal): Promise<void> {
    const { engine, drivers, onAllContainers, onCaughtUp } = this.#parts;
    const networks = await engine.networks(drivers.networks, signal);
    const networkIds = new Set(networks.map(({ Id }) => Id));
    for (const network of networks) await this.#unlessPermanent(this.#describeNetwork(network, signal));
    const containers = await engine.containers(signal);
    await this.#unlessPermanent(this.#forgetExcept(new Set(containers.map(({ Id }) => Id)), signal));
    const ours = containers.filter(({ NetworkSettings }) =>
      Object.values(NetworkSettings.Networks).some(
        ({ NetworkID, EndpointID }) => EndpointID !== "" && networkIds.has(NetworkID),
      ),
    );
    onAllContainers(new Set(ours.map(({ Id }) => Id)));
    for (const { Id } of ours) await this.#unlessPermanent(this.#describeContainer(Id, networkIds, signal));
    onCaughtUp();
  }

  async #handle(
    { Type, Action, Actor: { ID, Attributes } }: EngineEvent,
    signal: AbortSignal,
  ): Promise<void> {
    const { api, engine, drivers, hostName, logger, onForeignNetwork, onNetworks, onContainers } =
      this.#parts;
    const isOurs = Type === "network" && drivers.networks.includes(Attributes["type"] ?? "");
    if (Type === "container" && Action === "destroy") {
      this.#parts.onNameServers(ID, []);
      if (this.#ours.has(ID)) await this.#unlessPermanent(this.#forget(ID, signal));
    }
    if (Type === "network" && !isOurs && Action !== "connect") onForeignNetwork();
    if (Action === "create" || Action === "destroy") (Type === "network" ? onNetworks : onContainers)();
    if (isOurs && Action === "create") {
      const network = await this.#unlessPermanent(engine.network(ID, signal));
      if (network !== undefined) await this.#describeNetwork(network, signal);
    }
    if (isOurs && Action === "connect" && Attributes["container"] !== undefined)
      await this.#describeContainer(Attributes["container"], new Set([ID]), signal);
    if (isOurs && Action === "destroy") {
      // The engine has it no more, whether or not its call reached us.
      await this.#unlessPermanent(
        api.deleteDockerNetwork(
          { host: hostName, networkId: ID },
          { signal, waitUntilAvailableMs: patienceMs },
        ),
      );
      logger.debug({ networkId: ID }, "the engine has removed the network");
    }
    if (Type === "container" && Action === "rename") {
      const networks = await engine.networks(drivers.networks, signal);
      await this.#describeContainer(ID, new Set(networks.map(({ Id }) => Id)), signal);
    }
  }

  /** What is said of containers that the engine has no more, goes. */
  async #forgetExcept(containers: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const { api, hostName } = this.#parts;
    const options = { signal, waitUntilAvailableMs: patienceMs };
    const kept = await api.listKeptContainers({ host: hostName }, options);
    for (const id of kept)
      if (containers.has(id)) this.#ours.add(id);
      else await this.#forget(id, signal);
  }

  async #forget(containerId: string, signal: AbortSignal): Promise<void> {
    const { api, hostName } = this.#parts;
    await api.forgetContainer({ host: hostName, containerId }, { signal, waitUntilAvailableMs: patienceMs });
    this.#ours.delete(containerId);
  }

  async #describeNetwork(network: EngineNetwork, signal: AbortSignal): Promise<void> {
    const { api, hostName, logger } = this.#parts;
    const { Id: id, Name: name } = network;
    const options = { signal, waitUntilAvailableMs: patienceMs };
    const { facts, leftOut } = describedNetwork(network);
    if (leftOut.length > 0) logger.warn({ networkId: id, name, leftOut }, "not all of a network can be kept");
    const described = await this.#unlessPermanent(
      api.describeDockerNetwork({ host: hostName, networkId: id }, facts, options),
    );
    if (described === undefined)
      logger.warn({ networkId: id, name }, "the engine has a network that the center does not know");
    else
      logger.info(
        { networkId: id, name, network: described.uuid, claimed: described.claimed },
        "network described",
      );
  }

  async #describeContainer(id: string, networkIds: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const { api, engine, hostName, logger, onNameServers } = this.#parts;
    const container = await this.#unlessPermanent(engine.container(id, signal));
    if (container === undefined) return;
    const endpoints = describedEndpoints(
      container,
      networkIds,
      await labelledGroups(engine, container, signal),
    );
    if (endpoints.length > 0) this.#ours.add(container.Id);
    if (endpoints.length > 0) onNameServers(container.Id, container.HostConfig.Dns);
    for (const { networkId, endpointId, facts, leftOut } of endpoints) {
      if (leftOut.length > 0) logger.warn({ container: id, leftOut }, "not all of a container can be kept");
      const options = { signal, waitUntilAvailableMs: patienceMs };
      const key = { host: hostName, networkId, endpointId };
      const described = await this.#unlessPermanent(api.describeDockerEndpoint(key, facts, options));
      if (described === undefined) continue;
      logger.info(
        {
          request: described.request,
          endpoint: described.uuid,
          container: facts.containerName,
          names: facts.names,
        },
        "endpoint described",
      );
    }
  }

  /**
   * A failure that is permanent is one fact's: it has gone meanwhile, the center refuses it, or the engine does not say what it is. What may pass
   * (engine or center away) ends the stream, and all begins anew.
   */
  async #unlessPermanent<T>(report: Promise<T>): Promise<T | undefined> {
    try {
      return await report;
    } catch (error) {
      const code = error instanceof FairwayError ? error.code : undefined;
      if (this.#loop.signal.aborted || (error instanceof FairwayError && error.retryable)) throw error;
      const level = code === "not_found" ? "debug" : "warn";
      this.#parts.logger[level]({ code, error: messageOf(error) }, "a fact of the engine's was not reported");
      return undefined;
    }
  }
}
