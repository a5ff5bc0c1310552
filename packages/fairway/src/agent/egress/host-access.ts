import type { HostItem } from "../../api/types.ts";
import { type Cidr, containsCidr, type Family, familyOf, overlaps, parseCidr } from "../../ip.ts";
import type { Logger } from "../../logger.ts";
import { guarded } from "../../runtime/guarded.ts";
import { Loop } from "../../runtime/loop.ts";
import type { HostState } from "../host-state.ts";
import type { Troubles } from "../troubles.ts";
import type { Routing } from "./routing.ts";
import { lookAround, type Seen, type SurroundingsParts } from "./surroundings.ts";

/** How often routes, addresses and name servers are looked at: nobody announces them. */
const periodMs = 10_000;

/** What nobody else in the world has: RFC 1918, RFC 6598 and RFC 4193. */
const privateSpace = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"].map(
  parseCidr,
);

const nothing: Seen = { taken: [], wireBridges: new Set(), notForwarding: new Set() };

export interface HostAccessParts extends SurroundingsParts {
  readonly routing: Pick<Routing, "othersRoutes" | "lookForContainers">;
  readonly state: Pick<HostState, "items" | "isFresh">;
  /** Subnets outside private space that this host is to reach as well. */
  readonly reach: readonly string[];
  /** Something else is beside Fairway on this host. */
  readonly onChange: () => void;
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
  /** Undefined until the first look. */
  #seen: Seen | undefined;
  #text = "";

  constructor(parts: HostAccessParts) {
    const { logger, replica } = parts;
    this.#parts = parts;
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
    if (keys === undefined || keys.some((key) => /^(leg|reach|afar)\//.test(key))) this.#loop.soon();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#loop[Symbol.asyncDispose]();
  }

  async #look(): Promise<void> {
    const { state, routing, troubles, onChange } = this.#parts;
    const seen = await lookAround(this.#parts);
    this.#seen = seen;
    const wanted = new Set<Family>();
    const refusals = new Map<string, readonly string[]>();
    for (const [network, cidrs] of subnetsOf(state.items.values())) {
      const refused = [...cidrs].flatMap((cidr) => {
        const refusal = this.#refusal(cidr, seen);
        if (refusal === undefined) wanted.add(familyOf(cidr));
        return refusal ?? [];
      });
      if (refused.length > 0) refusals.set(network, refused);
    }
    // What a host must have may not be known yet.
    if (state.isFresh || wanted.size > 0) await routing.lookForContainers(wanted);
    troubles.of(
      "host access",
      Array.from(refusals, ([network, reasons]) => ({
        network,
        reason: `this host itself does not reach it: ${reasons.join("; ")}`,
      })),
    );
    const text = textOf(seen);
    if (text === this.#text) return;
    this.#text = text;
    onChange();
  }

  /** Why a subnet is not led to containers; undefined where it is. */
  #refusal(cidr: string, { taken }: Seen): string | undefined {
    const subnet = parseCidr(cidr);
    if (!this.#reachable.some((each) => containsCidr(each, subnet)))
      return `${cidr} is not private address space; hosts.reach in this host's configuration may name it`;
    const other = taken.find((each) => overlaps(each.cidr, subnet));
    return other && `${cidr} overlaps ${other.what}`;
  }
}

/** The subnets by which networks lead to hosts, by network. */
function subnetsOf(items: Iterable<HostItem>): ReadonlyMap<string, ReadonlySet<string>> {
  const subnets = new Map<string, ReadonlySet<string>>();
  for (const item of items) {
    if (item.kind !== "leg" && item.kind !== "reach" && item.kind !== "afar") continue;
    subnets.set(item.network, new Set([...(subnets.get(item.network) ?? []), ...item.cidrs]));
  }
  return subnets;
}

function textOf({ taken, wireBridges, notForwarding }: Seen): string {
  return [...taken.map(({ what }) => what), "", ...wireBridges, "", ...notForwarding].join("\n");
}
