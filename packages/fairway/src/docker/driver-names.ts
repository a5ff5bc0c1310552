import { basename, dirname, join } from "node:path";
import { type PluginServer, removeAbandonedSocket } from "@fairway/docker-plugin";
import {
  type DriverName,
  driverNames,
  ipamDriverOf,
  isIpamDriver,
  isNetworkDriver,
} from "../driver-names.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { BackoffBounds } from "../runtime/backoff.ts";
import { Loop } from "../runtime/loop.ts";

/** The drivers of a network, as an engine calls them. */
export interface DriverPair {
  readonly network: string;
  readonly ipam: string;
}

/** By which names the engine reaches this process now. A name that another plugin has is that one's, with all its networks. */
export interface EngineDrivers {
  readonly networks: readonly string[];
  readonly ipams: readonly string[];
  /** Those of a mirror whose original was made under a name; Fairway's own where this host has not that name. */
  pairFor(name: string | undefined): DriverPair;
}

export interface DriverNamesParts {
  /** Where `fairway` listens, e.g. /run/docker/plugins/fairway.sock; the other names beside it. */
  readonly pluginSocket: string;
  readonly names: readonly DriverName[];
  readonly logger: Logger;
  /** While a socket is another plugin's; 1 s to 30 s by default. */
  readonly backoff?: BackoffBounds;
}

/** Answers the engine under a name. Throws `socket_in_use` and `socket_unusable`. */
type Listen = (name: DriverName, socketPath: string) => Promise<PluginServer>;

const defaultBackoff: BackoffBounds = { firstMs: 1_000, longestMs: 30_000 };

/**
 * The sockets by which the engine reaches this process, one for each name. Without `fairway` there is no start; each other name waits by itself until nobody
 * else has it.
 */
export class DriverNames implements EngineDrivers, AsyncDisposable {
  readonly #parts: DriverNamesParts;
  readonly #servers = new Map<DriverName, PluginServer>();
  #loops: readonly Loop[] = [];
  #onChange: () => void = () => undefined;

  constructor(parts: DriverNamesParts) {
    this.#parts = parts;
  }

  /** Resolves when each name is answered, or has been tried once. Throws `socket_in_use` and `socket_unusable` for `fairway`. */
  async open(listen: Listen): Promise<void> {
    const { names, logger, backoff = defaultBackoff } = this.#parts;
    const serve = async (name: DriverName) => {
      this.#servers.set(name, await listen(name, this.#socketOf(name)));
      this.#onChange();
    };
    await serve("fairway");
    await this.#removeAbandoned();
    this.#loops = names
      .filter((name) => name !== "fairway")
      .map((name) => {
        const work = async () => (this.#servers.has(name) ? undefined : serve(name));
        return new Loop({ name: `answer under the driver's name ${name}`, work, backoff, logger });
      });
    for (const loop of this.#loops) loop.soon();
    await Promise.all(this.#loops.map((loop) => loop.idle()));
  }

  /** @param listener told when the engine reaches this process under one more name. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  get networks(): readonly string[] {
    return this.#served(isNetworkDriver);
  }

  get ipams(): readonly string[] {
    return this.#served(isIpamDriver);
  }

  pairFor(name: string | undefined): DriverPair {
    const answered = [...this.#servers.keys()];
    const network = answered.find((each) => each === name && isNetworkDriver(each)) ?? "fairway";
    const ipam = answered.find((each) => each === ipamDriverOf(network)) ?? "fairway";
    return { network: this.#engineName(network), ipam: this.#engineName(ipam) };
  }

  /** @param graceMs how long calls may go on. */
  async close(graceMs: number): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop[Symbol.asyncDispose]()));
    await Promise.all(Array.from(this.#servers.values(), (server) => server.close(graceMs)));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close(0);
  }

  /** Sockets of names that are not configured any more, left by a Fairway that was killed. */
  async #removeAbandoned(): Promise<void> {
    const { names, pluginSocket, logger } = this.#parts;
    for (const name of driverNames) {
      const socket = this.#socketOf(name);
      if (names.includes(name) || socket === pluginSocket) continue;
      try {
        if (await removeAbandonedSocket(socket))
          logger.info({ name, socket }, "removed what was left of a driver's name");
      } catch (error) {
        logger.warn({ name, socket, error: messageOf(error) }, "what is left of a driver's name stays");
      }
    }
  }

  #served(isDriver: (name: DriverName) => boolean): readonly string[] {
    return [...this.#servers.keys()].filter(isDriver).map((name) => this.#engineName(name));
  }

  #socketOf(name: DriverName): string {
    const { pluginSocket } = this.#parts;
    return name === "fairway" ? pluginSocket : join(dirname(pluginSocket), `${name}.sock`);
  }

  /** Docker takes the name of a plugin from its socket's. */
  #engineName(name: DriverName): string {
    return basename(this.#socketOf(name), ".sock");
  }
}
