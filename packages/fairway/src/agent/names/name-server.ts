import type { ApiClient } from "../../api/client.ts";
import { FairwayError, messageOf } from "../../errors.ts";
import type { Logger } from "../../logger.ts";
import type { BackoffBounds } from "../../runtime/backoff.ts";
import { Isolated } from "../../runtime/isolated.ts";
import { Loop } from "../../runtime/loop.ts";
import { keepHostAddress } from "../host-address.ts";
import type { Links } from "../links.ts";
import type { Netlink } from "../netlink.ts";
import type { Troubles } from "../troubles.ts";
import { nameService } from "./address.ts";
import { CenterNames, type CenterNamesParts } from "./center-names.ts";
import { LegServer } from "./leg-server.ts";
import type { LegDevice } from "./leg-sockets.ts";
import { ResolvConf } from "./resolv-conf.ts";
import { Resolver } from "./resolver.ts";
import { Upstream } from "./upstream.ts";

/** Of one leg, which may not be there yet. */
const backoff: BackoffBounds = { firstMs: 500, longestMs: 10_000 };

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
  /** Where it says which networks have no names; absent: nowhere. */
  readonly troubles?: Troubles;
  readonly logger: Logger;
  /** /etc/resolv.conf but in tests. */
  readonly resolvConf?: string;
}

/** A leg's server, and the number of the interface that it is bound to: one made again under the same name has another. */
interface Running {
  readonly server: LegServer;
  readonly index: number;
}

/** Serves names on the legs that it is told; a leg on which they cannot be served is tried again, and is one. */
export class NameServer implements AsyncDisposable {
  readonly #parts: NameServerParts;
  readonly #resolver: Resolver;
  readonly #loop: Loop;
  readonly #legs: Isolated;
  readonly #running = new Map<string, Running>();
  #wanted: ReadonlyMap<string, NamedLeg> = new Map();

  constructor(parts: NameServerParts) {
    const { api, hostName, known, logger, resolvConf = "/etc/resolv.conf" } = parts;
    this.#parts = parts;
    this.#resolver = new Resolver({
      names: new CenterNames({ api, hostName, known, logger, now: () => performance.now() }),
      forwarder: new Upstream({ servers: new ResolvConf(resolvConf, nameService.address), logger }),
    });
    this.#loop = new Loop({ name: "serve names", work: () => this.#bringAbout(), logger });
    this.#legs = new Isolated({ what: "a network's name server", backoff, logger, again: this.#loop.after });
  }

  /** All legs of this host, whenever they changed. */
  serve(legs: readonly NamedLeg[]): void {
    this.#wanted = new Map(legs.map((leg) => [keyOf(leg), leg]));
    this.#loop.soon();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
    await this.#stopExcept(new Map());
  }

  async #bringAbout(): Promise<void> {
    const wanted = this.#wanted;
    this.#legs.keep(wanted);
    await this.#stopExcept(wanted);
    await Promise.all(
      Array.from(wanted, ([key, leg]) => this.#legs.attempt(key, () => this.#serveLeg(key, leg))),
    );
    const reasons = this.#legs.reasons;
    this.#parts.troubles?.of(
      "names",
      Array.from(wanted).flatMap(([key, { network }]) => {
        const reason = reasons.get(key);
        return reason === undefined ? [] : { network, reason: `names: ${reason}` };
      }),
    );
  }

  async #stopExcept(wanted: ReadonlyMap<string, unknown>): Promise<void> {
    const over = [...this.#running.keys()].filter((key) => !wanted.has(key));
    await Promise.all(over.map((key) => this.#stop(key)));
  }

  /** Never rejects. */
  async #stop(key: string): Promise<void> {
    const running = this.#running.get(key);
    this.#running.delete(key);
    try {
      await running?.server[Symbol.asyncDispose]();
    } catch (error) {
      this.#parts.logger.warn(
        { leg: key, error: messageOf(error) },
        "a name server did not end as it should",
      );
    }
  }

  /** @throws why names are not served on the leg. */
  async #serveLeg(key: string, leg: NamedLeg): Promise<void> {
    const { logger, links, netlink } = this.#parts;
    const { network, device } = leg;
    const at = { address: nameService.address, port: nameService.listeningPort };
    const index = (await links.find(device))?.index;
    const running = this.#running.get(key);
    if (running !== undefined && running.index === index) return;
    await this.#stop(key);
    if (index === undefined) throw new FairwayError("unavailable", `the interface ${device} is not there`);
    await keepHostAddress(netlink, nameService.address);
    const server = await LegServer.start({ leg, at, resolver: this.#resolver, logger });
    this.#running.set(key, { server, index });
    logger.info({ network, device }, "names are served");
  }
}

function keyOf({ network, device, mark }: NamedLeg): string {
  return [network, device, mark].join(" ");
}
