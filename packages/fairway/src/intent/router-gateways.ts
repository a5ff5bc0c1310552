import { type Cidr, contains, type Family, parseIp } from "../ip.ts";
import { gatewaySubnets } from "./egress.ts";
import { soundCidr, soundIp } from "./parsed-rows.ts";
import { hostsOnWire } from "./physical-hosts.ts";
import { fact, type IntentRow, type View } from "./view.ts";

type Gateway = IntentRow<"Router_Gateway">;
type Network = IntentRow<"Network">;

/** A router's external gateway; undefined of one whose networks leave by their own hosts. */
export function gatewayOf(view: View, router: string): Gateway | undefined {
  return view.find("Router_Gateway", "byRouter", router)[0];
}

/** By which address a router is on its external network, in one family. */
interface ExternalLeg {
  readonly family: Family;
  readonly ip: string;
  /** The subnet that has it. */
  readonly cidr: Cidr;
  /** Who leads on from there: the subnet's gateway, somebody else's machine. */
  readonly nextHop: string;
}

/** By which addresses a router leaves, IPv4 first; one for each family at most, and none in a family in which its external network has no gateway. */
export const legsOf = fact((view, router: string): readonly ExternalLeg[] => {
  const gateway = gatewayOf(view, router);
  if (gateway === undefined) return [];
  const own = gateway.addresses.filter((ip) => soundIp({ ip }) !== undefined);
  const legs = gatewaySubnets(view, gateway.network).flatMap((subnet): readonly ExternalLeg[] => {
    const cidr = soundCidr(subnet);
    const ip = cidr && own.find((each) => contains(cidr, parseIp(each)));
    if (cidr === undefined || ip === undefined || soundIp({ ip: subnet.gateway }) === undefined) return [];
    return [{ family: cidr.family, ip, cidr, nextHop: subnet.gateway }];
  });
  return legs.filter(({ family }, at) => legs.findIndex((each) => each.family === family) === at);
});

/** Whether what a network sends to the world goes to its router's gateway. One that is isolated sends nothing there. */
export function leavesByGateway({ mode, internal }: Pick<Network, "mode" | "internal">): boolean {
  return mode !== "isolated" && !internal;
}

/** The hosts of a gateway by UUID, in the order that its user chose. */
export function hostsInOrder({ hosts }: Pick<Gateway, "hosts">): readonly string[] {
  return Object.entries(hosts)
    .sort(([one], [other]) => Number(one) - Number(other))
    .map(([, host]) => host);
}

/** A host that may be a router's way out. */
export interface GatewayHost {
  /** UUID of its row. */
  readonly host: string;
  /** Why it cannot be; undefined where it can. */
  readonly trouble: string | undefined;
}

/** The hosts of a gateway in the order that its user chose, each with what it lacks. */
export function hostsOfGateway(
  view: View,
  { network, hosts, readiness }: Pick<Gateway, "network" | "hosts" | "readiness">,
): readonly GatewayHost[] {
  const wire = view.get("Network", network)?.physical_network ?? "";
  const onWire = hostsOnWire(view, wire);
  return [...new Set(hostsInOrder({ hosts }))].flatMap((host) => {
    const row = view.get("Host", host);
    if (row === undefined) return [];
    if (row.state === "down") return { host, trouble: "it is down" };
    if (!onWire.includes(host))
      return {
        host,
        trouble: `it has no interface on physical network ${view.get("Physical_Network", wire)?.name ?? ""}`,
      };
    const told = readiness[host] ?? "it has not told yet whether its next hop answers";
    return { host, trouble: told === "" ? undefined : told };
  });
}

/**
 * In which order hosts are a router's way out, the first one before the others: those that can be before those that cannot. Whoever has it keeps it as
 * long as it can: a host that comes back takes nothing from it (docs/adr/0027). Where none can be, it stays as it was: one may work all the same.
 * @param holder who has it now; null: nobody.
 */
export function orderOfHosts(hosts: readonly GatewayHost[], holder: string | null): readonly string[] {
  const rank = ({ host, trouble }: GatewayHost) =>
    (trouble === undefined ? 0 : 2) + (host === holder ? 0 : 1);
  return hosts.toSorted((one, other) => rank(one) - rank(other)).map(({ host }) => host);
}
