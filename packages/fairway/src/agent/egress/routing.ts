import { FairwayError } from "../../errors.ts";
import { bareAddress, type Family, familyOf } from "../../ip.ts";
import type { Answer, Netlink, Request } from "../netlink.ts";
import { decodeAttributes, messageFlag } from "../netlink-message.ts";
import { type Leg, legNumbers } from "./leg.ts";
import {
  addressBody,
  neighbourBody,
  ownRule,
  type Rule,
  routeBody,
  ruleBody,
  ruleQuery,
} from "./routing-message.ts";

const messageType = {
  newAddress: 20,
  newRoute: 24,
  delRoute: 25,
  newNeighbour: 28,
  newRule: 32,
  delRule: 33,
  getRule: 34,
};
const replace = 0x100;
const create = messageFlag.create | replace;
const families: readonly Family[] = [4, 6];
const ruleHeaderLength = 12;
/** Before all legs for containers, whose metrics are their numbers. */
const reachMetric = legNumbers.first - 1;
/** Behind all legs. */
const afarMetric = legNumbers.last + 1;

interface OfFamily extends Request {
  readonly family: Family;
}

/** What the host calls itself, by family; a family without an address is left out. */
export type HostAddresses = ReadonlyMap<Family, string>;

/**
 * Addresses, neighbours, routes and rules of the legs. What goes with a link the kernel removes with it; rules stay, and carry our
 * protocol number.
 */
export class Routing {
  readonly #netlink: Netlink;

  constructor(netlink: Netlink) {
    this.#netlink = netlink;
  }

  /**
   * Makes a leg an interface that leads to its network; what is there already stays. Of one for containers, one route is in the leg's own table, for the
   * packets that carry its number, and one in the main table, for the host itself: there its metric is the number, so that of
   * equal subnets the oldest leg's wins, and any route of other people's. One by which the host reaches containers on all hosts has a
   * route in the main table before those, as soon as it leads somewhere.
   * @param index of the leg's link.
   * @returns the families that do not work, each with the kernel's reason: a host may have no IPv6.
   */
  async address(
    leg: Leg,
    index: number,
    host: HostAddresses,
    isLeading: boolean,
  ): Promise<ReadonlyMap<Family, string>> {
    const { item, number } = leg;
    const { addresses, router, cidrs } = item;
    const requests: OfFamily[] = addresses.map((address) => ({
      family: familyOf(address),
      type: messageType.newAddress,
      flags: create,
      body: addressBody(index, address),
    }));
    for (const ip of router.addresses)
      requests.push({
        family: familyOf(ip),
        type: messageType.newNeighbour,
        flags: create,
        body: neighbourBody(index, ip, router.mac),
      });
    for (const cidr of cidrs) {
      const family = familyOf(cidr);
      const gateway = router.addresses.find((ip) => familyOf(ip) === family);
      if (gateway === undefined) continue;
      const inMain = { index, cidr, gateway, source: host.get(family) };
      const routes =
        item.kind === "leg"
          ? [
              { index, cidr, gateway, table: number },
              { ...inMain, metric: number },
            ]
          : isLeading
            ? [{ ...inMain, metric: reachMetric }]
            : [];
      for (const route of routes)
        requests.push({ family, type: messageType.newRoute, flags: create, body: routeBody(route) });
    }
    for (const family of item.kind === "leg" ? new Set(cidrs.map(familyOf)) : [])
      requests.push({
        family,
        type: messageType.newRule,
        flags: messageFlag.create | messageFlag.exclusive,
        body: ruleBody({ family, number }),
      });
    const failures = new Map<Family, string>();
    for (const [at, { error }] of (await this.#netlink.exchange(requests)).entries()) {
      const family = requests[at]?.family;
      if (error === undefined || error.code === "EEXIST" || family === undefined) continue;
      if (!failures.has(family))
        failures.set(family, `the kernel refuses its address or route: ${error.text}`);
    }
    return failures;
  }

  /**
   * Leads subnets to a link behind which nobody is, by the last of all routes.
   * @param index of the link.
   * @param addresses by which the host sends to them; of each family at most one.
   * @throws `unavailable` with the kernel's reason where it refuses one; the others are led.
   */
  async lead(cidrs: readonly string[], index: number, addresses: readonly string[]): Promise<void> {
    const sourceFor = (cidr: string) =>
      addresses.map(bareAddress).find((address) => familyOf(address) === familyOf(cidr));
    const answers = await this.#netlink.exchange([
      ...addresses.map((address) => ({
        type: messageType.newAddress,
        flags: create,
        body: addressBody(index, address),
      })),
      ...cidrs.map((cidr) => ({
        type: messageType.newRoute,
        flags: create,
        body: routeBody({ index, cidr, metric: afarMetric, source: sourceFor(cidr) }),
      })),
    ]);
    const subjects = [...addresses, ...cidrs];
    for (const [at, { error }] of answers.entries())
      if (error !== undefined && error.code !== "EEXIST")
        throw new FairwayError("unavailable", `the kernel refuses ${subjects[at]} on it: ${error.text}`);
  }

  /** Undoes `lead`; what is not there is no error. */
  async leadNoMore(cidrs: readonly string[], index: number): Promise<void> {
    await this.#netlink.exchange(
      cidrs.map((cidr) => ({
        type: messageType.delRoute,
        body: routeBody({ index, cidr, metric: afarMetric }),
      })),
    );
  }

  /** Removes our rules for numbers that no leg has. */
  async removeRulesExcept(numbers: ReadonlySet<number>): Promise<void> {
    const stale = (await this.#rules()).filter(({ number }) => !numbers.has(number));
    if (stale.length === 0) return;
    await this.#netlink.exchange(stale.map((rule) => ({ type: messageType.delRule, body: ruleBody(rule) })));
  }

  async #rules(): Promise<readonly Rule[]> {
    const answers: Answer[] = [];
    // The kernel works at one dump of a socket at a time.
    for (const family of families)
      answers.push(
        ...(await this.#netlink.exchange([
          { type: messageType.getRule, flags: messageFlag.dump, body: ruleQuery(family) },
        ])),
      );
    return answers.flatMap(({ bodies }, at) =>
      bodies.flatMap((body) => {
        const family = families[at] ?? 4;
        return ownRule(family, decodeAttributes(body.subarray(ruleHeaderLength))) ?? [];
      }),
    );
  }
}
