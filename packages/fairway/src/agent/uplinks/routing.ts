import { FairwayError } from "../../errors.ts";
import { messageFlag } from "../../host/netlink/message.ts";
import type { Netlink, Request } from "../../host/netlink/netlink.ts";
import { bareAddress, type Family, familyOf, formatCidr } from "../../ip.ts";
import { deliveryMark, uplinkNumbers } from "../firewall/uplink-numbers.ts";
import {
  addressBody,
  deliveryRule,
  familyQuery,
  hostAccessRules,
  isOwnRoute,
  type KnownRoute,
  knownRoute,
  neighbourBody,
  ownRule,
  type Route,
  type Rule,
  routeBody,
  ruleBody,
  uplinkRule,
} from "./routing-message.ts";
import { deliveryTable, hostAccessTable, type Uplink, wireAccessTable } from "./uplink.ts";

const messageType = {
  newAddress: 20,
  newRoute: 24,
  delRoute: 25,
  getRoute: 26,
  newNeighbour: 28,
  newRule: 32,
  delRule: 33,
  getRule: 34,
};
const replace = 0x100;
const create = messageFlag.create | replace;
const families: readonly Family[] = [4, 6];
/** Before all uplinks for containers, whose metrics are their numbers. */
const hostAccessMetric = uplinkNumbers.first - 1;
/** What was to be there is there, or what was to go is gone. */
const isDone: ReadonlySet<string> = new Set(["EEXIST", "ESRCH"]);
/** Behind all uplinks. */
const dormantMetric = uplinkNumbers.last + 1;

interface OfFamily extends Request {
  readonly family: Family;
}

/** What the host calls itself, by family; a family without an address is left out. */
export type HostAddresses = ReadonlyMap<Family, string>;

/**
 * Addresses, neighbours, routes and rules of the uplinks. What goes with a link the kernel removes with it; rules stay, and carry our
 * protocol number.
 */
export class Routing {
  readonly #netlink: Netlink;

  constructor(netlink: Netlink) {
    this.#netlink = netlink;
  }

  /**
   * Makes an uplink an interface that leads to its network; what is there already stays. Of one for containers, one route is in the uplink's own table, for the
   * packets that carry its number, and one in the table of host access, for the host itself: there its metric is the number, so that of
   * equal subnets the oldest uplink's wins. One by which the host reaches containers on all hosts has a route there before those, as
   * soon as it leads somewhere. Where the containers are on the link itself, those that are there no more are not led to.
   * @param index of the uplink's link.
   * @param reaches whether the host itself is to reach a subnet; undefined: its way there stays as it is.
   * @returns the families that do not work, each with the kernel's reason: a host may have no IPv6.
   */
  async address(
    uplink: Uplink,
    index: number,
    host: HostAddresses,
    isLeading: boolean,
    reaches: (cidr: string) => boolean | undefined,
  ): Promise<ReadonlyMap<Family, string>> {
    const { item, number } = uplink;
    const { addresses, router, cidrs } = item;
    const neighbours = [router ?? [], (item.kind === "uplink" && item.containers) || []].flat();
    const requests: OfFamily[] = addresses.map((address) => ({
      family: familyOf(address),
      type: messageType.newAddress,
      flags: create,
      body: addressBody(index, address),
    }));
    for (const { mac, addresses: theirs } of neighbours)
      for (const ip of theirs)
        requests.push({
          family: familyOf(ip),
          type: messageType.newNeighbour,
          flags: create,
          body: neighbourBody(index, ip, mac),
        });
    for (const cidr of cidrs) {
      const family = familyOf(cidr);
      const gateway = router?.addresses.find((ip) => familyOf(ip) === family);
      if (router !== undefined && gateway === undefined) continue;
      const by = gateway === undefined ? {} : { gateway };
      const isUplink = item.kind === "uplink";
      const add = (route: Route) =>
        requests.push({ family, type: messageType.newRoute, flags: create, body: routeBody(route) });
      if (isUplink) add({ index, cidr, ...by, table: number });
      const metric = isUplink ? number : hostAccessMetric;
      const table = router === undefined ? wireAccessTable : hostAccessTable;
      const access = { index, cidr, ...by, table, metric };
      const isReached = item.kind === "uplink" && item.closedToHost ? false : reaches(cidr);
      if (isReached === false) requests.push({ family, type: messageType.delRoute, body: routeBody(access) });
      else if (isReached && (isUplink || isLeading)) add({ ...access, source: host.get(family) });
    }
    if (router === undefined) await this.#leadNoFurther(index, new Set(cidrs));
    for (const family of item.kind === "uplink" ? new Set(cidrs.map(familyOf)) : [])
      requests.push({
        family,
        type: messageType.newRule,
        flags: messageFlag.create | messageFlag.exclusive,
        body: ruleBody(uplinkRule(family, number)),
      });
    return this.#failuresOf(requests);
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
        body: routeBody({
          index,
          cidr,
          table: hostAccessTable,
          metric: dormantMetric,
          source: sourceFor(cidr),
        }),
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
        body: routeBody({ index, cidr, table: hostAccessTable, metric: dormantMetric }),
      })),
    );
  }

  /** Removes our rules for numbers that no uplink has. */
  async removeRulesExcept(numbers: ReadonlySet<number>): Promise<void> {
    await this.#removeRules(({ mark }) => mark !== undefined && mark !== deliveryMark && !numbers.has(mark));
  }

  /**
   * Brings packets that bear `deliveryMark` to the sockets that are here for them.
   * @returns the families that do not work, each with the kernel's reason: a host may have no IPv6.
   */
  async deliver(): Promise<ReadonlyMap<Family, string>> {
    const requests: OfFamily[] = families.flatMap((family) => [
      { family, type: messageType.newRoute, flags: create, body: routeBody(everywhere(family)) },
      {
        family,
        type: messageType.newRule,
        flags: messageFlag.create | messageFlag.exclusive,
        body: ruleBody(deliveryRule(family)),
      },
    ]);
    return this.#failuresOf(requests);
  }

  /** Undoes `deliver`; what is not there is no error. */
  async deliverNoMore(): Promise<void> {
    await this.#netlink.exchange(
      families.flatMap((family) => [
        { type: messageType.delRule, body: ruleBody(deliveryRule(family)) },
        { type: messageType.delRoute, body: routeBody(everywhere(family)) },
      ]),
    );
  }

  /**
   * Makes the host look into the table of host access, in these families and no others.
   * @returns the families that do not work, each with the kernel's reason: a host may have no IPv6.
   */
  async lookForContainers(inFamilies: ReadonlySet<Family>): Promise<ReadonlyMap<Family, string>> {
    await this.#removeRules(({ family, mark }) => mark === undefined && !inFamilies.has(family));
    return this.#failuresOf(
      [...inFamilies].flatMap(hostAccessRules).map((rule) => ({
        family: rule.family,
        type: messageType.newRule,
        flags: messageFlag.create | messageFlag.exclusive,
        body: ruleBody(rule),
      })),
      "a rule of routing",
    );
  }

  /** The routes of this host that are not ours. Ours in the main table, which an older Fairway made, are removed. */
  async othersRoutes(): Promise<readonly KnownRoute[]> {
    const found: KnownRoute[] = [];
    const old: Buffer[] = [];
    for (const { family, body } of await this.#list(messageType.getRoute)) {
      const route = knownRoute(family, body);
      if (route?.isOurs && route.isInMain) old.push(body);
      if (route?.isOurs === false) found.push(route);
    }
    await this.#netlink.exchange(old.map((body) => ({ type: messageType.delRoute, body })));
    return found;
  }

  /** Removes all our routes and rules, whatever they are for and whoever's link they lead to. */
  async removeEverything(): Promise<void> {
    await this.#removeRules(() => true);
    const routes = (await this.#list(messageType.getRoute)).filter(({ body }) => isOwnRoute(body));
    await this.#netlink.exchange(routes.map(({ body }) => ({ type: messageType.delRoute, body })));
  }

  /** Where this namespace's routes lead, but to its own addresses. */
  async destinations(): Promise<ReadonlySet<string>> {
    const listed = await this.#list(messageType.getRoute);
    const routes = listed.flatMap(({ family, body }) => knownRoute(family, body) ?? []);
    return new Set(routes.map(({ cidr }) => formatCidr(cidr)));
  }

  /** Removes our routes to a link but those to these subnets. */
  async #leadNoFurther(index: number, cidrs: ReadonlySet<string>): Promise<void> {
    const over = (await this.#list(messageType.getRoute)).filter(({ family, body }) => {
      const route = knownRoute(family, body);
      return route?.isOurs && route.index === index && !cidrs.has(formatCidr(route.cidr));
    });
    await this.#netlink.exchange(over.map(({ body }) => ({ type: messageType.delRoute, body })));
  }

  /** By family, the first thing that the kernel refused. */
  async #failuresOf(
    requests: readonly OfFamily[],
    what = "its address or route",
  ): Promise<ReadonlyMap<Family, string>> {
    const failures = new Map<Family, string>();
    for (const [at, { error }] of (await this.#netlink.exchange(requests)).entries()) {
      const family = requests[at]?.family;
      if (error === undefined || isDone.has(error.code) || family === undefined) continue;
      if (!failures.has(family)) failures.set(family, `the kernel refuses ${what}: ${error.text}`);
    }
    return failures;
  }

  async #removeRules(isStale: (rule: Rule) => boolean): Promise<void> {
    const rules = (await this.#list(messageType.getRule)).flatMap(
      ({ family, body }) => ownRule(family, body) ?? [],
    );
    const stale = rules.filter(isStale);
    await this.#netlink.exchange(stale.map((rule) => ({ type: messageType.delRule, body: ruleBody(rule) })));
  }

  async #list(type: number): Promise<readonly { readonly family: Family; readonly body: Buffer }[]> {
    const found: { readonly family: Family; readonly body: Buffer }[] = [];
    // The kernel works at one dump of a socket at a time.
    for (const family of families) {
      const asked = { type, flags: messageFlag.dump, body: familyQuery(family) };
      for (const { bodies } of await this.#netlink.exchange([asked]))
        found.push(...bodies.map((body) => ({ family, body })));
    }
    return found;
  }
}

/** The route by which every address of a family ends at this host: at its loopback link, the first of every network namespace. */
function everywhere(family: Family): Route {
  return { index: 1, cidr: family === 4 ? "0.0.0.0/0" : "::/0", table: deliveryTable, isLocal: true };
}
