import { isDeepStrictEqual } from "node:util";
import type { Network } from "../../center/schemas/network.ts";
import { counted } from "../../counted.ts";
import type { Paint } from "../paint.ts";
import { block, type Field, healthCell, list, pairs } from "../text.ts";

/** A network with its subnets and engines, as `fairway network show` prints it. */
export function renderNetwork(network: Network, paint: Paint): string {
  const { asked, effective } = network.mtu;
  const host = network.originHost === null ? "" : ` on ${network.originHost}`;
  const fields: readonly Field[] = [
    ["name", network.name],
    ...optional("called", network.displayName === null ? [] : [network.displayName]),
    ["id", network.uuid],
    ["revision", network.revision],
    ["status", healthCell(network.status)],
    [
      "mode",
      [
        network.mode,
        ...(network.internal ? ["internal"] : []),
        ...(network.attachable ? ["attachable"] : []),
      ].join(", "),
    ],
    ["mtu", asked === null || asked === effective ? String(effective) : `${effective} (asked: ${asked})`],
    ["scope", network.scope],
    ["origin", `${network.origin}${host}`],
    ["options", pairs(network.options)],
    ["labels", pairs(network.labels)],
    ["endpoints", String(network.endpoints)],
    ...optional("zone", network.zone === null ? [] : [network.zone]),
    ...optional(
      "shared by",
      network.organization === null || network.zone !== null ? [] : [network.organization],
    ),
    ...optional("shared with", network.sharedWith),
    ...(network.router === null ? [] : [["router", network.router] as const]),
    ...routeTargets(network),
    ...outdated(network),
    ["hosts", reach(network)],
    ["subnets", network.subnets.map(subnetFields)],
    [
      "engines",
      network.engines.map(({ host, engineId, name, driver, ignored, handle, outdated }) => [
        ["host", host],
        ["id", engineId],
        ["name", name ?? ""],
        ...optional("driver", driver === "fairway" ? [] : [driver]),
        ...(ignored.length === 0 ? [] : [["ignored", ignored.join("; ")] as const]),
        ["handle", outdated ? `${handle}, as before the last change` : handle],
      ]),
    ],
  ];
  return block(fields, paint);
}

/** A subnet's fields, without its network. */
export function subnetFields(subnet: Network["subnets"][number]): readonly Field[] {
  return [
    ["cidr", subnet.cidr],
    ["id", subnet.uuid],
    ["gateway", subnet.gateway ?? ""],
    ["ranges", list(subnet.ranges)],
    ...optional("routes", subnet.hostRoutes),
    ...optional("dns", subnet.dns),
    ...optional("kept", subnet.auxiliaries),
    ["used", counted(subnet.used, "address", "addresses")],
    ["options", pairs(subnet.options)],
  ];
}

function optional(name: string, values: readonly string[]): readonly Field[] {
  return values.length === 0 ? [] : [[name, list(values)]];
}

/** By which route targets it reaches others, and which those are. */
function routeTargets({ routeTargets }: Network): readonly Field[] {
  if (routeTargets === null) return [];
  const { imports, exports, reaches, reachedFrom } = routeTargets;
  return [
    ...(isDeepStrictEqual(imports, exports)
      ? optional("targets", imports)
      : [...optional("imports", imports), ...optional("exports", exports)]),
    ...(isDeepStrictEqual(reaches, reachedFrom)
      ? [["talks with", others(reaches)] as const]
      : [["leads to", others(reaches)] as const, ["reached from", others(reachedFrom)] as const]),
  ];
}

function others({ count, networks }: NonNullable<Network["routeTargets"]>["reaches"]): string {
  const more = count > networks.length ? ` and ${count - networks.length} more` : "";
  return count === 0 ? "no other network" : `${list(networks)}${more}`;
}

/** Who began before the network was changed. */
function outdated({ outdated: { count, containers } }: Network): readonly Field[] {
  if (count === 0) return [];
  const more = count > containers.length ? ` and ${count - containers.length} more` : "";
  return [["outdated", `${list(containers)}${more}: they get the change when they start again`]];
}

/** Which of its containers hosts reach. */
function reach({ hostAccess }: Network): string {
  if (hostAccess === null) return "do not reach it";
  const { cidrs, overlaps } = hostAccess;
  return [
    ...cidrs.map((cidr) => `reach ${cidr} on all hosts`),
    ...overlaps.map(
      ({ cidr, network }) => `reach ${cidr} on themselves alone: network ${network} has these addresses, too`,
    ),
  ].join("; ");
}
