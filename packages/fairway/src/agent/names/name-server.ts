import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "../../api/client.ts";
import { messageOf } from "../../errors.ts";
import type { Logger } from "../../logger.ts";
import type { Links } from "../links.ts";
import type { Netlink } from "../netlink.ts";
import { nameService } from "./address.ts";
import { CenterNames, type CenterNamesParts } from "./center-names.ts";
import { keepHostAddress } from "./host-address.ts";
import { LegServer } from "./leg-server.ts";
import type { LegDevice } from "./leg-sockets.ts";
import { ResolvConf } from "./resolv-conf.ts";
import { Resolver } from "./resolver.ts";
import { Upstream } from "./upstream.ts";

const retryMs = 1_000;

/** A leg that is up: where the containers of a network reach this host. */
export interface NamedLeg extends LegDevice {
  readonly network: string;
}

export interface NameServerParts {
  readonly api: Pick<ApiClient, "resolveName" | "whoHasAddress">;
  readonly hostName: string;
  readonly known?: CenterNamesParts["known"];
  readonly netlink: Netlink;
  readonly links: Pick<Links, "find">;
  readonly logger: Logger;
  /** /etc/resolv.conf but in tests. */
  readonly resolvConf?: string;
}

/** A leg's server, and the number of the interface that it is bound to: one made again under the same name has another. */
interface Running {
  readonly server: LegServer;
  readonly index: number;
}

/** Serves names on the legs that it is told; what does not work yet is tried again. */
export class NameServer implements AsyncDisposable {
  readonly #parts: NameServerParts;
  readonly #resolver: Resolver;
  readonly #end = new AbortController();
  readonly #running = new Map<string, Running>();
  #wanted: readonly NamedLeg[] = [];
  #work: Promise<void> = Promise.resolve();
  /** Ends the wait before another try. */
  #nap = new AbortController();

  constructor(parts: NameServerParts) {
    const { api, hostName, known, logger, resolvConf = "/etc/resolv.conf" } = parts;
    this.#parts = parts;
    this.#resolver = new Resolver({
      names: new CenterNames({ api, hostName, known, logger, now: () => performance.now() }),
      forwarder: new Upstream({ servers: new ResolvConf(resolvConf, nameService.address) }),
    });
  }

  /** All legs of this host, whenever they changed. */
  serve(legs: readonly NamedLeg[]): void {
    this.#wanted = legs;
    this.#work = this.#work.then(() => this.#bringAbout());
    this.#nap.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    this.#nap.abort();
    await this.#work;
    await this.#stopExcept(new Set());
  }

  async #bringAbout(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      this.#nap = new AbortController();
      const wanted = this.#wanted;
      await this.#stopExcept(new Set(wanted.map(keyOf)));
      const served = await Promise.all(wanted.map((leg) => this.#serveLeg(leg)));
      if (served.every(Boolean)) return;
      await sleep(retryMs, undefined, { signal: this.#nap.signal }).catch(() => undefined);
    }
  }

  async #stopExcept(wanted: ReadonlySet<string>): Promise<void> {
    for (const [key, { server }] of this.#running) {
      if (wanted.has(key)) continue;
      this.#running.delete(key);
      await server[Symbol.asyncDispose]();
    }
  }

  /** @returns false where it has to be tried again. */
  async #serveLeg(leg: NamedLeg): Promise<boolean> {
    const { logger, links, netlink } = this.#parts;
    const { network, device } = leg;
    const at = { address: nameService.address, port: nameService.listeningPort };
    try {
      const index = (await links.find(device))?.index;
      const running = this.#running.get(keyOf(leg));
      if (running !== undefined && running.index === index) return true;
      this.#running.delete(keyOf(leg));
      await running?.server[Symbol.asyncDispose]();
      if (index === undefined) return false;
      await keepHostAddress(netlink, nameService.address);
      const server = await LegServer.start({ leg, at, resolver: this.#resolver, logger });
      this.#running.set(keyOf(leg), { server, index });
      logger.info({ network, device }, "names are served");
      return true;
    } catch (error) {
      logger.debug({ network, device, error: messageOf(error) }, "names are not served yet");
      return false;
    }
  }
}

function keyOf({ network, device, mark }: NamedLeg): string {
  return [network, device, mark].join(" ");
}
