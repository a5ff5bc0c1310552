import { z } from "zod";
import {
  mostTargetsSaid,
  readRouteTarget,
  readRouteTargets,
  routeTargetForm,
  routeTargetList,
} from "../../intent/route-target-text.ts";
import { option } from "../option-text.ts";

const routeTarget = z
  .string()
  .refine((text) => readRouteTarget(text) !== undefined, `must be a route target: ${routeTargetForm}`);

/** A field of route targets, and the option that says it: `rt=64512:100,64512:200`. */
export function routeTargetsField(name: string) {
  return option(z.array(routeTarget).max(mostTargetsSaid).optional(), {
    names: [name],
    takes: routeTargetList,
    refusal: (text) => `${routeTargetList}; ${readRouteTargets(text).faults.join(", ")}`,
    read: (text) => {
      const { targets, faults } = readRouteTargets(text);
      return faults.length > 0 ? text : targets;
    },
  });
}
