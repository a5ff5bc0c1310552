import { FairwayError } from "../../errors.ts";
import { readRouteTargets, routeTargetList, routeTargetOptions } from "../../intent/route-target-text.ts";

type Labels = Readonly<Record<string, string>>;

/** Throws `invalid` naming a label that says route targets wrongly. What an engine has told of a network stays as it is, and its status says so. */
export function checkTargetLabels(before: Labels, labels: Labels): void {
  const fields = Object.values(routeTargetOptions).flatMap((name) => {
    const text = labels[name];
    const faults = text === undefined || text === before[name] ? [] : readRouteTargets(text).faults;
    const detail = `label ${name} takes ${routeTargetList}; ${faults.join(", ")}`;
    return faults.length === 0 ? [] : [{ field: `labels.${name}`, detail }];
  });
  if (fields.length === 0) return;
  throw new FairwayError("invalid", fields.map(({ detail }) => detail).join("; "), { fields });
}
