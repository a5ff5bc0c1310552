import { derive } from "../../identity.ts";
import { keeperOf } from "../../intent/route-target-links.ts";
import { targetsOf } from "../../intent/route-target-text.ts";
import { memberOf } from "../../intent/route-targets.ts";
import type { View } from "../../intent/view.ts";
import { type DesiredRow, inSwitch, type Reference } from "./desired.ts";
import type { UnitKind } from "./unit-kind.ts";

/**
 * The links of route targets, each a switch on which the routers of its networks meet. No row of the intent stands for a target: the switch is of the unit of
 * its oldest network, and goes over to the next one with that.
 */
export const routeTargetLinkUnits = {
  name: "route-target-link",
  table: "Network",
  statusPart: "northbound (route target links)",
  compile: compileLinks,
} as const satisfies UnitKind;

function compileLinks(view: View, network: string): readonly DesiredRow[] {
  const member = memberOf(view, network);
  if (member === undefined) return [];
  return targetsOf(member)
    .filter((target) => keeperOf(view, target) === network)
    .map((target) => {
      const uuid = linkSwitch(target);
      return {
        table: "Logical_Switch",
        uuid,
        references: [],
        columns: { name: uuid, external_ids: { "fairway-name": `route target ${target}` } },
      };
    });
}

/** From the switch of a target's link to a port on it. */
export function onLink(view: View, target: string): Reference {
  return inSwitch(linkSwitch(target), "ports", `route-target-link/${keeperOf(view, target) ?? ""}`);
}

function linkSwitch(target: string): string {
  return derive("route-target", target);
}
