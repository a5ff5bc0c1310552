import { counted } from "../../counted.ts";
import { networksOverlapping } from "../../intent/host-access.ts";
import { importsOf } from "../../intent/imported-routes.ts";
import { saidRouteTargets, targetsOf } from "../../intent/route-target-text.ts";
import {
  byAge,
  type Member,
  memberOf,
  mostMembers,
  sendersTo,
  sharedSubnets,
} from "../../intent/route-targets.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import type { Network } from "../schemas/network.ts";

type Row = IntentRow<"Network">;

/** No answer names more networks. */
const namedAtMost = 20;
/** No sentence does. */
const toldAtMost = 3;

/** By which route targets a network reaches others, and which those are; null of one that has none. @param view with memory, where many are asked. */
export function routeTargetsView(view: View, row: Row): Network["routeTargets"] {
  const { imports, exports } = saidRouteTargets(row);
  if (imports.length + exports.length === 0) return null;
  const reached = new Set(importsOf(view, row._uuid).routes.map(({ network }) => network));
  return {
    imports: [...imports],
    exports: [...exports],
    reaches: named(view, [...reached]),
    reachedFrom: named(view, reachedFrom(view, row._uuid)),
  };
}

/** What of a network's route targets does not work, as sentences; none where all does. @param view with memory, where many are asked. */
export function routeTargetTroubles(view: View, row: Row): readonly string[] {
  const { imports, exports, faults } = saidRouteTargets(row);
  if (imports.length + exports.length === 0) return faults;
  if (sharedSubnets(view, row).length === 0) return [...faults, noRouter(row)];
  const own = memberOf(view, row._uuid);
  const crowded = targetsOf({ imports, exports })
    .filter((target) => own?.imports.includes(target) !== true && own?.exports.includes(target) !== true)
    .map(
      (target) =>
        `target ${target} has ${mostMembers} older networks, as many as one may: the network does not take part in it`,
    );
  return [...faults, ...crowded, ...(own === undefined ? [] : keptOut(view, own))];
}

/** Why nobody answers on a network who could lead to others. */
function noRouter({ internal, mode }: Row): string {
  if (internal)
    return "an internal network reaches no other: nothing leads into it or out of it; one that reaches others and not the world is made by mode=isolated";
  if (mode === "flat")
    return "on a wire no router of Fairway's answers: attach the network to a virtual router, fairway router attach";
  return "no subnet of the network has a gateway: no router answers there that could lead to others";
}

/** Subnets that are left out because of their addresses: of this network at others, and of others at this one. */
function keptOut(view: View, own: Member): readonly string[] {
  const mine = importsOf(view, own.network).refusals.flatMap(({ cidr, network, by }) => {
    if (by === undefined)
      return [`a static route of its router leads to ${cidr} of network ${nameOf(view, network)}`];
    const isYounger = by === own.network && isOlder(view, network, own);
    return isYounger
      ? [`it has addresses of ${cidr} of network ${nameOf(view, network)}, which is older`]
      : [];
  });
  const losses = mayLeaveOut(view, own).flatMap((importer) =>
    importsOf(view, importer.network).refusals.flatMap(({ cidr, network, by }) => {
      const isMine = network === own.network && by !== undefined;
      // Of two that have the same addresses the younger one is told.
      if (!isMine || (by === importer.network && byAge(own, importer) < 0)) return [];
      return { cidr, by, importer: importer.network };
    }),
  );
  const byReason = Map.groupBy(
    losses,
    ({ cidr, by }) => `${cidr} has addresses of network ${nameOf(view, by)}`,
  );
  const lost = [...byReason].map(([reason, those]) => {
    const names = those.map(({ importer }) => nameOf(view, importer)).sort();
    const more = names.length > toldAtMost ? ` and ${counted(names.length - toldAtMost, "other")}` : "";
    return `${reason}: not reached from ${names.slice(0, toldAtMost).join(", ")}${more}`;
  });
  return [...new Set(mine), ...lost];
}

function isOlder(view: View, network: string, own: Member): boolean {
  const other = memberOf(view, network);
  return other !== undefined && byAge(other, own) < 0;
}

/** The networks from which a network is reached. */
function reachedFrom(view: View, network: string): readonly string[] {
  const own = memberOf(view, network);
  if (own === undefined) return [];
  const doubtful = new Set(mayLeaveOut(view, own).map((each) => each.network));
  return senders(view, own)
    .filter(
      (each) =>
        !doubtful.has(each.network) ||
        importsOf(view, each.network).routes.some((route) => route.network === network),
    )
    .map((each) => each.network);
}

/** The networks that import what a network exports, in a family that it has. */
function senders(view: View, own: Member): readonly Member[] {
  return sendersTo(view, own).filter(({ families }) =>
    families.some((family) => own.families.includes(family)),
  );
}

/** Those of them that may leave out a subnet: where no other network has its addresses, only what a router's static routes name. */
function mayLeaveOut(view: View, own: Member): readonly Member[] {
  const overlaps = own.subnets.some(({ cidr }) =>
    networksOverlapping(view, cidr).some(({ _uuid }) => _uuid !== own.network),
  );
  return senders(view, own).filter(({ network, router }) => overlaps || router !== network);
}

function named(view: View, networks: readonly string[]): NonNullable<Network["routeTargets"]>["reaches"] {
  const names = networks.map((network) => nameOf(view, network)).sort();
  return { count: names.length, networks: names.slice(0, namedAtMost) };
}

function nameOf(view: View, network: string): string {
  return view.get("Network", network)?.name ?? network;
}
