import { concerns } from "../../api/item-kind.ts";
import type { HostItem } from "../../center/schemas/host-state.ts";
import { type Cidr, containsCidr, type Family, familyOf, overlaps, parseCidr } from "../../ip.ts";
import type { Logger } from "../../logger.ts";
import { guarded } from "../../runtime/guarded.ts";
import { Listeners } from "../../runtime/listeners.ts";
import { Loop } from "../../runtime/loop.ts";
import type { HostState } from "../state/host-state.ts";
import type { Trouble, Troubles } from "../state/troubles.ts";
import type { Routing } from "../uplinks/routing.ts";
import { lookAround, type Seen, type SurroundingsParts } from "./surroundings.ts";

/** How often routes, addresses and name servers are looked at: nobody announces them. */
const periodMs = 10_000;

/** What nobody else in the world has: RFC 1918, RFC 6598 and RFC 4193. */
const privateSpace = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"].map(
  parseCidr,
);

/** The kinds of the host's items whose subnets lead to containers. */
const leadingKinds = ["uplink", "host-access", "dormant-network"] as const;

const nothing: Seen = {
  taken: [],
  told: [],
  wireBridges: new Set(),
  notForwarding: new Set(),
  tunnelPort: 6081,
};

export interface HostAccessParts extends SurroundingsParts {
  readonly routing: Pick<Routing, "othersRoutes" | "lookForContainers">;
  readonly state: Pick<HostState, "items" | "isFresh">;
  /** Subnets outside private space that this host is to reach as well. */
  readonly reach: readonly string[];
  readonly troubles: Troubles;
  readonly logger: Logger;
}

/**
 * Which containers' subnets this host itself leads to containers: a network must not take away from a host what is somebody else's. What is its own by route is
 * safe by the order of routing's rules; names, tunnels and addresses by not being led. Of what is refused the network's status says why.
 */
export class HostAccess implements AsyncDisposable {
  readonly #parts: HostAccessParts;
  readonly #loop: Loop;
  readonly #reachable: readonly Cidr[];
  readonly #listeners: Listeners;
  /** Undefined until the first look. */
  #seen: Seen | undefined;
  #text = "";

  constructor(parts: HostAccessParts) {
    const { logger, replica } = parts;
    this.#parts = parts;
    this.#listeners = new Listeners(logger);
    this.#reachable = [...privateSpace, ...parts.reach.map(parseCidr)];
    this.#loop = new Loop({
      name: "look at this host's own routes and addresses",
      work: () => this.#look(),
      periodMs,
      logger,
    });
    replica.on("synced", guarded("look at this host's tunnels", logger, this.#loop.soon));
    this.#loop.soon();
  }

  /**
   * Calls `listener` whenever something else is beside Fairway on this host.
   * @param what says in the log what failed, where it throws.
   */
  onChange(what: string, listener: () => void): void {
    this.#listeners.add(what, listener);
  }

  /** Resolves when somebody has looked, or has tried to. */
  async firstLook(): Promise<void> {
    if (this.#seen === undefined) await this.#loop.idle();
  }

  /** What is beside Fairway on this host, by the last look. */
  get seen(): Seen {
    return this.#seen ?? nothing;
  }

  /** Whether this host itself leads packets for a subnet to its containers; undefined before the first look: then what is there stays. */
  readonly reaches = (cidr: string): boolean | undefined =>
    this.#seen && this.#refusal(cidr, this.#seen) === undefined;

  /** The host's state has changed. @param keys what of it; absent: anything may have. */
  follow(keys?: readonly string[]): void {
    if (concerns(keys, ...leadingKinds)) this.#loop.soon();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop[Symbol.asyncDispose]();
  }

  async #look(): Promise<void> {
    const { state, routing, troubles } = this.#parts;
    const seen = await lookAround(this.#parts);
    this.#seen = seen;
    const wanted = new Set<Family>();
    const refusals = new Map<string, readonly string[]>();
    for (const [network, cidrs] of subnetsOf(state.items.values())) {
      const refused = [...cidrs].flatMap(([cidr, isOnWire]) => {
        const refusal = this.#refusal(cidr, seen);
        if (refusal === undefined) wanted.add(familyOf(cidr));
        // A host that is on the wire itself reaches containers there by its own route.
        return isOnWire && this.#isAllowed(cidr) ? [] : (refusal ?? []);
      });
      if (refused.length > 0) refusals.set(network, refused);
    }
    // What a host must have may not be known yet.
    const isKnown = state.isFresh || wanted.size > 0;
    const failures = isKnown ? await routing.lookForContainers(wanted) : new Map<Family, string>();
    troubles.of("host access", [
      ...Array.from(refusals, ([network, reasons]) => ({
        network,
        isMeant: true as const,
        reason: `this host itself does not reach it: ${reasons.join("; ")}`,
      })),
      ...this.#troublesOf(failures),
    ]);
    const text = textOf(seen);
    if (text === this.#text) return;
    this.#text = text;
    this.#listeners.call();
  }

  /** What the networks miss that have these families. */
  #troublesOf(failures: ReadonlyMap<Family, string>): readonly Trouble[] {
    const { state } = this.#parts;
    return [...subnetsOf(state.items.values())].flatMap(([network, cidrs]) =>
      [...failures].flatMap(([family, failure]) =>
        [...cidrs.keys()].some((cidr) => familyOf(cidr) === family)
          ? { network, reason: `this host itself does not reach it by IPv${family}: ${failure}` }
          : [],
      ),
    );
  }

  /** Why a subnet is not led to containers; undefined where it is. */
  #refusal(cidr: string, { taken }: Seen): string | undefined {
    const subnet = parseCidr(cidr);
    if (!this.#isAllowed(cidr))
      return `${cidr} is not private address space; hosts.reach in this host's configuration may name it`;
    const other = taken.find((each) => overlaps(each.cidr, subnet));
    return other && `${cidr} overlaps ${other.what}`;
  }

  #isAllowed(cidr: string): boolean {
    const subnet = parseCidr(cidr);
    return this.#reachable.some((each) => containsCidr(each, subnet));
  }
}

type LeadingItem = Extract<HostItem, { readonly kind: (typeof leadingKinds)[number] }>;

function isLeading(item: HostItem): item is LeadingItem {
  return leadingKinds.some((kind) => kind === item.kind) && !(item.kind === "uplink" && item.closedToHost);
}

/** The subnets by which networks lead to hosts, by network, each with whether it is on a wire. */
function subnetsOf(items: Iterable<HostItem>): ReadonlyMap<string, ReadonlyMap<string, boolean>> {
  const subnets = new Map<string, ReadonlyMap<string, boolean>>();
  for (const item of items) {
    if (!isLeading(item)) continue;
    const isOnWire = item.kind === "uplink" && item.mode === "wire";
    const more = item.cidrs.map((cidr) => [cidr, isOnWire] as const);
    subnets.set(item.network, new Map([...(subnets.get(item.network) ?? []), ...more]));
  }
  return subnets;
}

function textOf({ taken, told, wireBridges, notForwarding, tunnelPort }: Seen): string {
  const surroundings = [...taken.map(({ what }) => what), "", JSON.stringify(told)];
  return [...surroundings, "", ...wireBridges, "", ...notForwarding, tunnelPort].join("\n");
}
