import { hasEgress } from "../../intent/egress.ts";
import { hasHostAccess, isOn, networksOverlapping } from "../../intent/host-access.ts";
import { publishedPorts } from "../../intent/publications.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { canonicalIp, familyOf, singleAddress } from "../../ip.ts";
import { fullNameOf } from "../networks/display-name.ts";
import { troublePart } from "../networks/network-status.ts";
import type { Trace, TraceStep } from "../schemas/trace.ts";
import type { Departure } from "./departure.ts";
import { called, endpointAt, heldIn, placeOfEndpoint } from "./places.ts";
import { refusalOf } from "./publish-sources.ts";
import { hostAt } from "./target.ts";

type Host = IntentRow<"Host">;
type Network = IntentRow<"Network">;

/** A packet that OVN has given to a host. */
export interface AtHost {
  readonly departure: Departure;
  readonly host: Host;
  readonly protocol: "tcp" | "udp" | "icmp";
  readonly port: number | undefined;
}

/** The end of a packet's way. */
export interface Ending extends Pick<Trace, "verdict" | "reason" | "steps"> {
  /** Who gets it, whose port must be in place. */
  readonly endpoint?: IntentRow<"Endpoint">;
}

/**
 * What a host's kernel does with what a container sends to it by its network's uplink: as far as the center knows, which sees no other rules of the
 * host than Fairway's own. See `agent/firewall/ruleset.ts`.
 */
export function hostPart(view: View, packet: AtHost): Ending {
  const { host, departure } = packet;
  const trouble = departure.network.status[troublePart(host.name)];
  const { steps, ...end } = fromHost(view, packet);
  if (trouble === undefined) return { steps, ...end };
  const does = `says that this does not work: ${trouble}`;
  return {
    ...end,
    steps: [...steps, { at: "host", name: host.name, does }],
    reason: `${end.reason}; but host ${host.name} ${does}`,
  };
}

function fromHost(view: View, packet: AtHost): Ending {
  const { departure, host } = packet;
  const { destination, network } = departure;
  const step = (does: string): TraceStep => ({ at: "host", name: host.name, does });
  const own = isGateway(view, network, destination) ? host : hostAt(view, destination);
  if (own !== undefined) return atHost(view, packet, own);
  const [other] = networksOverlapping(view, singleAddress(destination)).filter(
    ({ _uuid, mode }) => _uuid !== network._uuid && mode !== "flat",
  );
  if (other !== undefined) return intoNetwork(view, packet, other);
  const sender = senderOf(departure);
  return {
    verdict: "leaves",
    reason: `host ${host.name} leads it on by its own routes, ${sender}`,
    steps: [step(`leads it on by its own routes, ${sender}; answers come back the same way`)],
  };
}

/** Under which address a host leads a packet on. */
function senderOf({ network, source }: Departure): string {
  return network.mode === "routed" ? `under its own address ${source}` : "under the host's address (NAT)";
}

/** To a host itself: what it publishes there leads to a container. */
function atHost(view: View, { departure, host, protocol, port }: AtHost, to: Host): Ending {
  const { destination, network } = departure;
  const steps: TraceStep[] = [];
  if (to._uuid !== host._uuid) {
    const does = `leads it on to host ${to.name}, ${senderOf(departure)}`;
    steps.push({ at: "host", name: host.name, does });
  }
  // What a container sends to its gateway comes to the host under the address by which it calls itself.
  const at = isGateway(view, network, destination) ? to.tunnel_address : destination;
  const published = publishedAt(view, to, { protocol, port, at });
  if (published === undefined) {
    const does = getsItself({ protocol, port });
    return {
      verdict: "leaves",
      reason: `host ${to.name} ${does}`,
      steps: [...steps, { at: "host", name: to.name, does }],
    };
  }
  const { endpoint } = published;
  const sender = network.mode === "routed" ? departure.source : (host.tunnel_address ?? undefined);
  const refusal = refusalOf(published, sender);
  if (refusal !== undefined)
    return {
      verdict: "dropped",
      endpoint,
      reason: `host ${to.name} ${refusal}`,
      steps: [...steps, { at: "host", name: to.name, does: refusal }],
    };
  const address = heldIn(view, endpoint, familyOf(destination));
  const receiver = called(placeOfEndpoint(view, endpoint, address));
  const does = leadsTo(published, receiver);
  return {
    verdict: "delivered",
    endpoint,
    reason: `host ${to.name} ${does}`,
    steps: [
      ...steps,
      { at: "host", name: to.name, does },
      { at: "receiver", name: receiver, does: `gets it at ${address}` },
    ],
  };
}

/** Which port of a host a packet is for. */
interface HostPort {
  readonly protocol: "tcp" | "udp" | "icmp";
  readonly port: number | undefined;
  /** The address of the host's that it is for. */
  readonly at: string | null;
}

/** The container that a host leads one of its ports to; undefined where it does not. */
export function publishedAt(view: View, host: Host, { protocol, port, at }: HostPort) {
  return view
    .find("Endpoint", "byHost", host._uuid)
    .flatMap((endpoint) => publishedPorts(view, endpoint).map((each) => ({ endpoint, ...each })))
    .find(
      (each) =>
        each.protocol === protocol &&
        each.hostPort === port &&
        (each.hostAddress === null || canonicalIp(each.hostAddress) === at),
    );
}

/** What a host does with a packet for a port that it leads on. */
export function leadsTo(
  { hostPort, port }: { readonly hostPort: number; readonly port: number },
  receiver: string,
): string {
  return `leads its port ${hostPort} to port ${port} of ${receiver} (DNAT)`;
}

/** What a host does with a packet for itself. */
export function getsItself({ protocol, port }: Pick<HostPort, "protocol" | "port">): string {
  const what = protocol === "icmp" ? "" : ` on port ${port} of ${protocol.toUpperCase()}`;
  return `gets it itself: what listens there${what} answers, if its firewall and hosts.services let it`;
}

/** Into another of Fairway's networks: hosts lead into those alone that are routed. */
function intoNetwork(view: View, { departure, host }: AtHost, to: Network): Ending {
  const { network, destination } = departure;
  const name = fullNameOf(to);
  const end = (
    verdict: Trace["verdict"],
    does: string,
    { why = "", more = [] }: { readonly why?: string; readonly more?: readonly TraceStep[] } = {},
  ): Ending => ({
    verdict,
    reason: `host ${host.name} ${does}${why}`,
    steps: [{ at: "host", name: host.name, does }, ...more],
  });
  if (!hasEgress(view, to))
    return end("dropped", `has no way into network ${name}`, {
      why: `, which leads to no host: no router is between it and network ${network.name}`,
    });
  if (to.mode !== "routed")
    return end("dropped", "drops it", {
      why: `: network ${name} has the mode ${to.mode}, and its containers get from other networks what they publish and what answers them, nothing else`,
    });
  const holder = endpointAt(view, to._uuid, destination);
  if (holder === undefined)
    return end("dropped", `leads it into network ${name}, where nobody has ${destination}`);
  const isReached = isOn(view, to._uuid, host._uuid) || hasHostAccess(view, to._uuid, host._uuid);
  if (!isReached)
    return end(
      "leaves",
      `leads it into network ${name} as soon as somebody on it has asked for that network`,
    );
  const receiver = called(placeOfEndpoint(view, holder, destination));
  const does = `leads it into network ${name}, which is routed`;
  return {
    ...end("delivered", does, { more: [{ at: "receiver", name: receiver, does: "gets it" }] }),
    endpoint: holder,
  };
}

function isGateway(view: View, network: Network, address: string): boolean {
  return view.find("Subnet", "byNetwork", network._uuid).some(({ gateway }) => gateway === address);
}
