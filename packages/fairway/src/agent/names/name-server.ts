import type { ApiClient } from "../../api/client.ts";
import { FairwayError, messageOf } from "../../errors.ts";
import { keepHostAddress } from "../../host/netlink/host-address.ts";
import type { Netlink } from "../../host/netlink/netlink.ts";
import { ResolvConf, resolvConfFile } from "../../host/resolv-conf.ts";
import type { Logger } from "../../logger.ts";
import type { BackoffBounds } from "../../runtime/backoff.ts";
import { Isolated } from "../../runtime/isolated.ts";
import { Loop } from "../../runtime/loop.ts";
import { nameService } from "../firewall/name-service.ts";
import type { Links } from "../ports/links.ts";
import type { Troubles } from "../state/troubles.ts";
import { CenterNames, type CenterNamesParts } from "./center-names.ts";
import type { ConfiguredServers } from "./configured-servers.ts";
import { LanForwarder, type LanForwarderParts } from "./lan-forwarder.ts";
import { type Forwarder, Resolver, type ResolverParts } from "./resolver.ts";
import { UplinkServer, type UplinkServerParts } from "./uplink-server.ts";
import type { UplinkDevice } from "./uplink-sockets.ts";
import { Upstream } from "./upstream.ts";

/** How often it looks which servers are configured. */
const periodMs = 10_000;

/** Of one uplink, which may not be there yet. */
const backoff: BackoffBounds = { firstMs: 500, longestMs: 10_000 };

/** An uplink that is up: where the containers of a network reach this host. */
export interface NamedUplink extends UplinkDevice {
  readonly network: string;
  /** Whether nobody is answered in another server's place there. */
  readonly namesFlowPast?: boolean;
}

export interface NameServerParts {
  readonly api: Pick<ApiClient, "resolveName" | "reverseLookup">;
  readonly hostName: string;
  readonly known?: CenterNamesParts["known"];
  readonly netlink: Netlink;
  readonly links: Pick<Links, "find">;
  /** Where it says which networks have no names; absent: nowhere. */
  readonly troubles?: Troubles;
  readonly logger: Logger;
  /** `resolvConfFile` but in tests. */
  readonly resolvConf?: string;
  /** Whom a container's LAN names as its servers; absent: nobody. */
  readonly lanOf?: LanForwarderParts["lanOf"];
  /** Who says whether an answer may leave; absent: it may. */
  readonly egress?: ResolverParts["egress"];
  /** Whose questions are answered on their way, beside those to the agent's own address; absent: nobody's. */
  readonly interception?: Interception | undefined;
}

interface Interception {
  readonly servers: Pick<ConfiguredServers, "list">;
  readonly routing: {
    /** Brings questions for those servers to the sockets in their places, in the families that the kernel has. */
    deliver(): Promise<unknown>;
    /** Undoes it. */
    deliverNoMore(): Promise<void>;
  };
}

/** Where the containers of one network are answered: at the agent's own address, or in a server's place. */
interface Place {
  readonly uplink: NamedUplink;
  /** The server that they ask; undefined: the agent. */
  readonly server: string | undefined;
}

type IndexOf = (device: string) => Promise<number | undefined>;

/** An uplink's server, and the number of the interface that it is bound to: one made again under the same name has another. */
interface Running {
  readonly server: UplinkServer;
  readonly index: number;
}

/** Serves names on the uplinks that it is told; an uplink on which they cannot be served is tried again, and is one. */
export class NameServer implements AsyncDisposable {
  readonly #parts: NameServerParts;
  readonly #names: CenterNames;
  readonly #upstream: Upstream;
  readonly #own: ResolvConf;
  readonly #loop: Loop;
  readonly #places: Isolated;
  readonly #running = new Map<string, Running>();
  #uplinks: readonly NamedUplink[] = [];
  /** Also what an earlier process left. */
  #delivers = true;

  constructor(parts: NameServerParts) {
    const { api, hostName, known, logger, resolvConf = resolvConfFile } = parts;
    this.#parts = parts;
    this.#names = new CenterNames({ api, hostName, known, logger, now: () => performance.now() });
    this.#upstream = new Upstream({ logger });
    this.#own = new ResolvConf(resolvConf, nameService.address);
    this.#loop = new Loop({ name: "serve names", work: () => this.#bringAbout(), periodMs, logger });
    this.#places = new Isolated({
      what: "a network's name server",
      backoff,
      logger,
      again: this.#loop.after,
    });
  }

  /** All uplinks of this host, whenever they changed. */
  serve(uplinks: readonly NamedUplink[]): void {
    this.#uplinks = uplinks;
    this.#loop.soon();
  }

  /** Looks soon which servers are configured. */
  look(): void {
    this.#loop.soon();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loop[Symbol.asyncDispose]();
    await this.#stopExcept(new Map());
  }

  async #bringAbout(): Promise<void> {
    const intercepted = (await this.#parts.interception?.servers.list()) ?? [];
    const places = this.#uplinks.flatMap((uplink) => {
      const servers = [undefined, ...(uplink.namesFlowPast ? [] : intercepted)];
      return servers.map((server): Place => ({ uplink, server }));
    });
    const wanted = new Map(places.map((place) => [keyOf(place), place]));
    await this.#deliver(places.some(({ server }) => server !== undefined));
    this.#places.keep(wanted);
    await this.#stopExcept(wanted);
    const indexOf = this.#indexes();
    await Promise.all(
      Array.from(wanted, ([key, place]) => this.#places.attempt(key, () => this.#serve(key, place, indexOf))),
    );
    const { reasons } = this.#places;
    this.#parts.troubles?.of(
      "names",
      // Where a server's place is taken, its own answers come as they would without Fairway.
      [...wanted].flatMap(([key, { uplink, server }]) => {
        const reason = server === undefined ? reasons.get(key) : undefined;
        return reason === undefined ? [] : { network: uplink.network, reason: `names: ${reason}` };
      }),
    );
  }

  async #deliver(isWanted: boolean): Promise<void> {
    const { interception } = this.#parts;
    if (isWanted) await interception?.routing.deliver();
    else if (this.#delivers) await interception?.routing.deliverNoMore();
    this.#delivers = isWanted;
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
        { uplink: key, error: messageOf(error) },
        "a name server did not end as it should",
      );
    }
  }

  /** The number of an interface, undefined where it is not there: the kernel is asked once for all places on it. */
  #indexes(): IndexOf {
    const asked = new Map<string, ReturnType<IndexOf>>();
    return (device) => {
      const index = asked.get(device) ?? this.#parts.links.find(device).then((link) => link?.index);
      asked.set(device, index);
      return index;
    };
  }

  /** @throws why names are not served there. */
  async #serve(key: string, { uplink, server: asked }: Place, indexOf: IndexOf): Promise<void> {
    const { logger, netlink } = this.#parts;
    const { network, device } = uplink;
    const index = await indexOf(device);
    const running = this.#running.get(key);
    if (running !== undefined && running.index === index) return;
    await this.#stop(key);
    if (index === undefined) throw new FairwayError("unavailable", `the interface ${device} is not there`);
    if (asked === undefined) await keepHostAddress(netlink, nameService.address);
    const server = await UplinkServer.start({ uplink, logger, ...this.#placeOf(asked) });
    this.#running.set(key, { server, index });
    logger.info({ network, device, ...(asked !== undefined && { insteadOf: asked }) }, "names are served");
  }

  /** In a server's place nobody is refused: what is not about containers is answered by that very server. */
  #placeOf(server: string | undefined): Pick<UplinkServerParts, "at" | "resolver" | "mayLackConnections"> {
    const names = this.#names;
    const { egress } = this.#parts;
    if (server === undefined) {
      const forwarder = this.#lanFirst(this.#upstream.to(() => this.#own.servers()));
      const at = { address: nameService.address, port: nameService.listeningPort };
      return { at, resolver: new Resolver({ names, forwarder, egress, strangers: "refused" }) };
    }
    const forwarder = this.#lanFirst(this.#upstream.to(async () => [server]));
    const at = { address: server, port: nameService.port };
    const resolver = new Resolver({ names, forwarder, egress, strangers: "forwarded" });
    return { at, resolver, mayLackConnections: true };
  }

  #lanFirst(otherwise: Forwarder): Forwarder {
    const { lanOf, logger } = this.#parts;
    return lanOf === undefined ? otherwise : new LanForwarder({ lanOf, otherwise, logger });
  }
}

function keyOf({ uplink: { network, device, mark }, server = "" }: Place): string {
  return [network, device, mark, server].join(" ");
}
