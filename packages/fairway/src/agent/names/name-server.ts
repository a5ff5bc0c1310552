import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "../../api/client.ts";
import { messageOf } from "../../errors.ts";
import type { Logger } from "../../logger.ts";
import type { Netlink } from "../netlink.ts";
import { CenterNames } from "./center-names.ts";
import { keepHostAddress } from "./host-address.ts";
import { LegServer } from "./leg-server.ts";
import type { LegDevice } from "./leg-sockets.ts";
import { ResolvConf } from "./resolv-conf.ts";
import { Resolver } from "./resolver.ts";
import { Upstream } from "./upstream.ts";

/** Where containers ask: link-local, so that no network has it, and the same on every host (design §8). */
const nameServerAddress = "169.254.53.53";
const port = 53;

const retryMs = 1_000;

/** A leg that is up: where the containers of a network reach this host. */
export interface NamedLeg extends LegDevice {
  readonly network: string;
  /** The interface's number: one that was made again under its name has another, and its sockets must be made again. */
  readonly index: number;
}

export interface NameServerParts {
  readonly api: Pick<ApiClient, "resolveName" | "whoHasAddress">;
  readonly hostName: string;
  readonly netlink: Netlink;
  readonly logger: Logger;
  /** /etc/resolv.conf but in tests. */
  readonly resolvConf?: string;
}

/** Serves names on the legs that it is told; what does not work yet is tried again. */
export class NameServer implements AsyncDisposable {
  readonly #parts: NameServerParts;
  readonly #resolver: Resolver;
  readonly #end = new AbortController();
  /** By leg, index included. */
  readonly #servers = new Map<string, LegServer>();
  #wanted: ReadonlyMap<string, NamedLeg> = new Map();
  #running: Promise<void> = Promise.resolve();
  /** Ends the wait before another try. */
  #nap = new AbortController();

  constructor(parts: NameServerParts) {
    const { api, hostName, logger, resolvConf = "/etc/resolv.conf" } = parts;
    this.#parts = parts;
    this.#resolver = new Resolver({
      names: new CenterNames({ api, hostName, logger, now: () => performance.now() }),
      forwarder: new Upstream({ servers: new ResolvConf(resolvConf, nameServerAddress) }),
    });
  }

  /** All legs of this host, whenever they changed. */
  serve(legs: readonly NamedLeg[]): void {
    this.#wanted = new Map(legs.map((leg) => [keyOf(leg), leg]));
    this.#running = this.#running.then(() => this.#run());
    this.#nap.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    this.#nap.abort();
    await this.#running;
    this.#wanted = new Map();
    await this.#stopUnwanted();
  }

  async #run(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted && !this.#isAsWanted()) {
      this.#nap = new AbortController();
      await this.#stopUnwanted();
      const failed = await this.#startMissing();
      if (failed) await sleep(retryMs, undefined, { signal: this.#nap.signal }).catch(() => undefined);
    }
  }

  #isAsWanted(): boolean {
    return (
      this.#servers.size === this.#wanted.size && this.#servers.keys().every((key) => this.#wanted.has(key))
    );
  }

  async #stopUnwanted(): Promise<void> {
    for (const [key, server] of this.#servers) {
      if (this.#wanted.has(key)) continue;
      this.#servers.delete(key);
      await server[Symbol.asyncDispose]();
    }
  }

  /** @returns whether something has to be tried again. */
  async #startMissing(): Promise<boolean> {
    const { logger, netlink } = this.#parts;
    const at = { address: nameServerAddress, port };
    let failed = false;
    for (const [key, leg] of this.#wanted) {
      if (this.#servers.has(key)) continue;
      try {
        await keepHostAddress(netlink, nameServerAddress);
        this.#servers.set(key, await LegServer.start({ leg, at, resolver: this.#resolver, logger }));
        logger.info({ network: leg.network, device: leg.device }, "names are served");
      } catch (error) {
        failed = true;
        logger.debug({ device: leg.device, error: messageOf(error) }, "names are not served yet");
      }
    }
    return failed;
  }
}

function keyOf({ network, device, index, mark }: NamedLeg): string {
  return [network, device, index, mark].join(" ");
}
