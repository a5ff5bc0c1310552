import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "../api/client.ts";
import { FairwayError, messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { Engine } from "./engine.ts";
import type { EngineEvent, EngineNetwork } from "./engine-objects.ts";
import { describedEndpoints, describedNetwork } from "./facts.ts";

const firstDelayMs = 250;
const longestDelayMs = 8_000;
/** How long a fact waits for the center before the whole engine is looked at again. */
const patienceMs = 60_000;

export interface EventsParts {
  readonly api: Pick<ApiClient, "describeDockerNetwork" | "describeDockerEndpoint" | "deleteDockerNetwork">;
  readonly engine: Engine;
  readonly hostName: string;
  /** The name under which the engine knows this driver. */
  readonly driver: string;
  readonly logger: Logger;
  /** After each complete look, while the engine answers. */
  readonly onLooked: (networkIds: ReadonlySet<string>) => void;
  readonly onVersion: (version: string) => void;
  /** A network of another driver came or went. */
  readonly onForeignNetwork: () => void;
  /** A network came or went, whoever drives it. */
  readonly onNetworks: () => void;
  /** A container was made or removed: what was in use may be so no longer. */
  readonly onContainers: () => void;
}

/**
 * What the engine says outside of its calls, told to the center: names and labels. After each (re)connection everything is looked at,
 * for what happened meanwhile; facts are told in the order of the events.
 */
export class EngineEvents implements AsyncDisposable {
  readonly #parts: EventsParts;
  readonly #end = new AbortController();
  readonly #running: Promise<void>;

  constructor(parts: EventsParts) {
    this.#parts = parts;
    this.#running = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#end;
    for (let delayMs = firstDelayMs; !signal.aborted; ) {
      try {
        await this.#follow(() => {
          delayMs = firstDelayMs;
        });
      } catch (error) {
        if (!signal.aborted)
          this.#parts.logger.warn(
            { error: messageOf(error) },
            "the engine's events are not followed at the moment",
          );
      }
      await sleep(delayMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
      delayMs = Math.min(2 * delayMs, longestDelayMs);
    }
  }

  /** The stream is opened first, so that nothing is missed between the look and the events. */
  async #follow(onCaughtUp: () => void): Promise<void> {
    const { engine, logger, onVersion } = this.#parts;
    const ended = new AbortController();
    const signal = AbortSignal.any([this.#end.signal, ended.signal]);
    try {
      const events = await engine.events(signal);
      onVersion(await engine.version(signal));
      await this.#lookAtEverything(signal);
      logger.info({}, "the engine's events are followed");
      onCaughtUp();
      for await (const event of events) await this.#unlessHopeless(this.#handle(event, signal));
      throw new FairwayError("unavailable", "The engine closed the stream of its events");
    } finally {
      ended.abort();
    }
  }

  async #lookAtEverything(signal: AbortSignal): Promise<void> {
    const { engine, driver, onLooked } = this.#parts;
    const networks = await engine.networks(driver, signal);
    const networkIds = new Set(networks.map(({ Id }) => Id));
    for (const network of networks) await this.#unlessHopeless(this.#describeNetwork(network, signal));
    for (const { Id, NetworkSettings } of await engine.containers(signal)) {
      const isOurs = Object.values(NetworkSettings.Networks).some(
        ({ NetworkID, EndpointID }) => EndpointID !== "" && networkIds.has(NetworkID),
      );
      if (isOurs) await this.#unlessHopeless(this.#describeContainer(Id, networkIds, signal));
    }
    onLooked(networkIds);
  }

  async #handle(
    { Type, Action, Actor: { ID, Attributes } }: EngineEvent,
    signal: AbortSignal,
  ): Promise<void> {
    const { api, engine, driver, hostName, logger, onForeignNetwork, onNetworks, onContainers } = this.#parts;
    const isOurs = Type === "network" && Attributes["type"] === driver;
    if (Type === "network" && !isOurs && Action !== "connect") onForeignNetwork();
    if (Action === "create" || Action === "destroy") (Type === "network" ? onNetworks : onContainers)();
    if (isOurs && Action === "create") {
      const network = await this.#unlessHopeless(engine.network(ID, signal));
      if (network !== undefined) await this.#describeNetwork(network, signal);
    }
    if (isOurs && Action === "connect" && Attributes["container"] !== undefined)
      await this.#describeContainer(Attributes["container"], new Set([ID]), signal);
    if (isOurs && Action === "destroy") {
      // The engine has forgotten it, whether or not its call reached us.
      await this.#unlessHopeless(
        api.deleteDockerNetwork(hostName, ID, { signal, waitUntilAvailableMs: patienceMs }),
      );
      logger.debug({ networkId: ID }, "the engine has removed the network");
    }
    if (Type === "container" && Action === "rename") {
      const networks = await engine.networks(driver, signal);
      await this.#describeContainer(ID, new Set(networks.map(({ Id }) => Id)), signal);
    }
  }

  async #describeNetwork(network: EngineNetwork, signal: AbortSignal): Promise<void> {
    const { api, hostName, logger } = this.#parts;
    const { Id: id, Name: name } = network;
    const options = { signal, waitUntilAvailableMs: patienceMs };
    const { facts, leftOut } = describedNetwork(network);
    if (leftOut.length > 0) logger.warn({ networkId: id, name, leftOut }, "not all of a network can be kept");
    const told = await this.#unlessHopeless(api.describeDockerNetwork(hostName, id, facts, options));
    if (told === undefined)
      logger.warn({ networkId: id, name }, "the engine has a network that the center does not know");
    else logger.info({ networkId: id, name, network: told.uuid, claimed: told.claimed }, "network described");
  }

  async #describeContainer(id: string, networkIds: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const { api, engine, hostName, logger } = this.#parts;
    const container = await this.#unlessHopeless(engine.container(id, signal));
    if (container === undefined) return;
    for (const { networkId, endpointId, facts, leftOut } of describedEndpoints(container, networkIds)) {
      if (leftOut.length > 0) logger.warn({ container: id, leftOut }, "not all of a container can be kept");
      const options = { signal, waitUntilAvailableMs: patienceMs };
      const key = { host: hostName, networkId, endpointId };
      const told = await this.#unlessHopeless(api.describeDockerEndpoint(key, facts, options));
      if (told === undefined) continue;
      logger.info(
        { request: told.request, endpoint: told.uuid, container: facts.containerName, names: facts.names },
        "endpoint described",
      );
    }
  }

  /**
   * One fact that cannot be told is one: it has gone meanwhile, the center refuses it, or the engine does not say what it is. What may pass
   * (engine or center away) ends the stream, and all begins anew.
   */
  async #unlessHopeless<T>(telling: Promise<T>): Promise<T | undefined> {
    try {
      return await telling;
    } catch (error) {
      const code = error instanceof FairwayError ? error.code : undefined;
      if (this.#end.signal.aborted || (error instanceof FairwayError && error.retryable)) throw error;
      const level = code === "not_found" ? "debug" : "warn";
      this.#parts.logger[level]({ code, error: messageOf(error) }, "a fact of the engine's was not told");
      return undefined;
    }
  }
}
