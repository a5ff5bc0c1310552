import { asDriverName, type DriverName } from "../../driver-names.ts";
import { isAutomatic } from "../../intent/docker-pools.ts";
import { sharedWith } from "../../intent/sharing.ts";
import type { IntentRow, View } from "../../intent/view.ts";

type Network = IntentRow<"Network">;
type Handle = IntentRow<"Docker_Network">;

/** All that makes a network, with what the engine of one handle told of it. */
export interface NetworkDefinition {
  readonly claimed: boolean;
  readonly mode: Network["mode"];
  readonly internal: boolean;
  /** Bytes. */
  readonly mtuAsked: number | null;
  readonly options: Record<string, string>;
  readonly labels: Record<string, string>;
  readonly origin: Network["origin"];
  readonly scope: Network["scope"];
  readonly removal: Network["removal"];
  /** The names of the organizations with which it is shared. */
  readonly sharedWith: string[];
  /** On which physical network it is, by name, and its VLAN or VNI there; absent: on none. */
  readonly placement?: { readonly physicalNetwork: string; readonly segment: number | null };
  readonly subnets: {
    readonly uuid: string;
    readonly cidr: string;
    readonly gateway: string | null;
    readonly ranges: string[];
    readonly hostRoutes: string[];
    readonly dns: string[];
    readonly options: Record<string, string>;
    readonly managed: boolean;
    readonly automatic: boolean;
    readonly auxiliaries: string[];
  }[];
  readonly engine: {
    /** The driver's name under which it was made; absent: Fairway's own. */
    readonly driver?: DriverName;
    readonly options: Record<string, string>;
    readonly ipamOptions: Record<string, string>;
    readonly ranges: Record<string, string>;
    readonly gateways: string[];
    readonly attachable: boolean;
  };
}

/** What a host keeps of a network, so that a center that has lost it gets it back. */
export function networkDefinition(view: View, network: Network, handle: Handle): NetworkDefinition {
  const driver = asDriverName(handle.driver);
  const { claimed, mode, internal, mtu_asked, options, labels, origin, scope, removal } = network;
  return {
    claimed,
    mode,
    internal,
    mtuAsked: mtu_asked,
    options: { ...options },
    labels: { ...labels },
    origin,
    scope,
    removal,
    sharedWith: sharedWith(view, network),
    ...placementOf(view, network),
    subnets: view
      .find("Subnet", "byNetwork", network._uuid)
      .map((subnet) => definedSubnet(view, subnet))
      .sort((one, other) => (one.uuid < other.uuid ? -1 : 1)),
    engine: {
      ...(driver !== undefined && { driver }),
      options: { ...handle.options },
      ipamOptions: { ...handle.ipam_options },
      ranges: { ...handle.ranges },
      gateways: [...handle.gateways],
      attachable: handle.attachable,
    },
  };
}

function placementOf(
  view: View,
  { physical_network, segment }: Network,
): Pick<NetworkDefinition, "placement"> {
  const carrier = physical_network === null ? undefined : view.get("Physical_Network", physical_network);
  return carrier === undefined ? {} : { placement: { physicalNetwork: carrier.name, segment } };
}

function definedSubnet(view: View, row: IntentRow<"Subnet">): NetworkDefinition["subnets"][number] {
  const auxiliaries = view.find("Address", "auxiliaryOfSubnet", row._uuid).map(({ ip }) => ip);
  return {
    uuid: row._uuid,
    cidr: row.cidr,
    gateway: row.gateway,
    ranges: [...row.ranges],
    hostRoutes: [...row.host_routes],
    dns: [...row.dns],
    options: { ...row.options },
    managed: row.managed,
    automatic: isAutomatic(view, row._uuid),
    auxiliaries: auxiliaries.sort(),
  };
}
