import type { IntentRow, View } from "../../intent/view.ts";
import type { SubnetSpec } from "./subnet-spec.ts";

type Subnet = IntentRow<"Subnet">;

/** A subnet's row in the words of its spec. */
export function specOf(row: Subnet): SubnetSpec {
  const { cidr, gateway, ranges, host_routes, dns, options, managed } = row;
  return {
    cidr,
    gateway,
    ranges: [...ranges],
    hostRoutes: [...host_routes],
    dns: [...dns],
    options: { ...options },
    managed,
    auxiliaries: [],
  };
}

/** The same with the addresses that nobody gets automatically; what the database keeps in no order is in one. */
export function subnetSpecOf(view: View, row: Subnet): SubnetSpec {
  const spec = specOf(row);
  const auxiliaries = view.find("Address", "auxiliaryOfSubnet", row._uuid).map(({ ip }) => ip);
  return {
    ...spec,
    ranges: spec.ranges.sort(),
    hostRoutes: spec.hostRoutes.sort(),
    dns: spec.dns.sort(),
    auxiliaries: auxiliaries.sort(),
  };
}
