import { type Cidr, formatCidr } from "../ip.ts";
import { latecomers } from "./first-comers.ts";
import { byAge, carrierOf, memberOf, membersOf } from "./route-targets.ts";
import { leadingRoutes, linksOf } from "./routers.ts";
import { fact, type View } from "./view.ts";

/** A subnet to which a network leads by a route target. */
interface ImportedRoute {
  readonly cidr: string;
  /** The network that has the subnet. */
  readonly network: string;
  readonly target: string;
}

/** A subnet that a route target would lead to, if its addresses were nobody's else. */
interface Refusal {
  readonly cidr: string;
  readonly network: string;
  /** Who has them: the network itself, one on its router, an older one; undefined: a static route of its router. */
  readonly by: string | undefined;
}

/** What a network leads to by its route targets. */
interface Imports {
  readonly routes: readonly ImportedRoute[];
  readonly refusals: readonly Refusal[];
}

interface Wanted {
  readonly cidr: Cidr;
  readonly network: string;
  /** undefined: it is there without a target. */
  readonly target: string | undefined;
}

/**
 * Where a network leads by its route targets: to the subnets of those that export one of what it imports, in its own families. Of subnets that overlap the ones
 * that are on its router's links come first, then the older ones.
 */
export const importsOf = fact((view, network: string): Imports => {
  const own = memberOf(view, network);
  if (own === undefined || own.imports.length === 0) return { routes: [], refusals: [] };
  const isShared = own.router !== network;
  const links = isShared ? linksOf(view, own.router) : own.subnets.map(({ cidr }) => ({ cidr, network }));
  const wanted = own.imports
    .flatMap((target) =>
      membersOf(view, target).flatMap((each) =>
        carrierOf(own, each) === target
          ? each.subnets.map((subnet) => ({ ...subnet, target, network: each.network }))
          : [],
      ),
    )
    .filter(({ cidr }) => own.families.includes(cidr.family))
    .sort(byAge);
  const late = latecomers<Wanted>([...links.map((link) => ({ ...link, target: undefined })), ...wanted]);
  const isStatic = isShared ? destinationsOf(view, own.router) : new Set<string>();
  const routes: ImportedRoute[] = [];
  const refusals: Refusal[] = [];
  for (const item of wanted) {
    const [cidr, by] = [formatCidr(item.cidr), late.get(item)];
    if (by === undefined && !isStatic.has(cidr))
      routes.push({ cidr, network: item.network, target: item.target });
    else refusals.push({ cidr, network: item.network, by: by?.network });
  }
  return { routes, refusals };
});

/** Two routes to one subnet would share what is sent there. */
function destinationsOf(view: View, router: string): ReadonlySet<string> {
  return new Set(leadingRoutes(view, router).map(({ destination }) => destination));
}
