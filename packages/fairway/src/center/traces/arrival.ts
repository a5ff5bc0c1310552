import { hasEgress, hasWireUplink, isOnWire } from "../../intent/egress.ts";
import { accessCidrs, hasHostAccess, isHostAccessOff } from "../../intent/host-access.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { contains, familyOf, parseCidr, parseIp } from "../../ip.ts";
import { fullNameOf } from "../networks/display-name.ts";
import type { TraceQuery, TraceStep } from "../schemas/trace.ts";
import { hostNameOf } from "../views.ts";
import { type Ending, getsItself, leadsTo, publishedAt } from "./host-part.ts";
import { called, heldIn, placeOfEndpoint } from "./places.ts";
import { refusalOf } from "./publish-sources.ts";
import { endpointsWith, type Target } from "./target.ts";

type Host = IntentRow<"Host">;
type Endpoint = IntentRow<"Endpoint">;

/** Who is no container: a host of the cluster, or somebody whom it does not know. */
export interface Outsider {
  readonly host: Host | undefined;
  readonly address: string;
}

type Asked = Pick<TraceQuery, "protocol" | "port" | "family">;

/** A host leads a packet into a network. */
interface Entering {
  readonly ending?: undefined;
  readonly receiver: Endpoint;
  readonly address: string;
  readonly port: number | undefined;
  readonly by: Host;
  readonly steps: readonly TraceStep[];
  /** In words, where OVN delivers it. */
  readonly why: string;
}

/** How a packet of an outsider's comes to Fairway's networks, or ends before. */
export type Arrival = Entering | { readonly ending: Ending; readonly receiver: Endpoint | undefined };

/** What hosts do with a packet of an outsider's. */
export function arrivalOf(view: View, outsider: Outsider, target: Target, asked: Asked): Arrival {
  if (target.kind === "host") return atHost(view, outsider, target, asked);
  const endpoints = target.kind === "endpoints" ? target.endpoints : endpointsWith(view, target.address);
  const family =
    asked.family ?? (target.kind === "address" ? familyOf(target.address) : familyOf(outsider.address));
  const [endpoint] = endpoints;
  if (endpoint === undefined)
    return ended("leaves", "nobody on Fairway's networks has its destination: others lead it on", undefined);
  const address = heldIn(view, endpoint, family);
  const network = view.get("Network", endpoint.network);
  const host = view.get("Host", endpoint.host ?? "");
  if (network === undefined || host === undefined) {
    const receiver = called(placeOfEndpoint(view, endpoint, address));
    return ended("not-installed", `${receiver} is plugged in nowhere`, endpoint);
  }
  const name = fullNameOf(network);
  if (isOnWire(network)) {
    if (outsider.host?._uuid === host._uuid && hasWireUplink(network))
      return ended(
        "delivered",
        `host ${host.name} reaches its own containers on network ${name} by its interface there`,
        endpoint,
      );
    return ended(
      "leaves",
      `network ${name} is on a wire, which leads to it: Fairway sees no further`,
      endpoint,
    );
  }
  if (!hasEgress(view, network)) return ended("dropped", `network ${name} leads to no host`, endpoint);
  const reached = { receiver: endpoint, address, port: asked.port };
  if (outsider.host !== undefined) {
    const no = noAccess(view, network, endpoint, address, outsider.host);
    if (no !== undefined) return ended(no.verdict, no.reason, endpoint);
    return entering(reached, outsider.host, `leads it into network ${name}`);
  }
  if (network.mode === "routed")
    return entering(
      reached,
      host,
      `leads it into network ${name}, which is routed, if the outside's routers send it here`,
    );
  return ended(
    "dropped",
    `network ${name} has the mode ${network.mode}: hosts let in what it publishes and what answers it, nothing else`,
    endpoint,
  );
}

/** For a port of a host, which may lead to a container. */
function atHost(
  view: View,
  outsider: Outsider,
  { host, address: at }: Target & { readonly kind: "host" },
  { protocol, port }: Asked,
): Arrival {
  const published = publishedAt(view, host, { protocol, port, at });
  if (published === undefined) {
    const does = getsItself({ protocol, port });
    return {
      receiver: undefined,
      ending: {
        verdict: "leaves",
        reason: `host ${host.name} ${does}`,
        steps: [{ at: "host", name: host.name, does }],
      },
    };
  }
  const { endpoint: receiver } = published;
  const refusal = refusalOf(published, outsider.host?._uuid === host._uuid ? undefined : outsider.address);
  if (refusal !== undefined) return ended("dropped", `host ${host.name} ${refusal}`, receiver);
  const address = heldIn(view, receiver, familyOf(at));
  const does = leadsTo(published, called(placeOfEndpoint(view, receiver, address)));
  const network = view.get("Network", receiver.network);
  // Onto a wire a host leads it by an interface of its own, past all routers.
  if (network === undefined || isOnWire(network))
    return ended("delivered", `host ${host.name} ${does}`, receiver);
  return entering({ receiver, address, port: published.port }, host, does);
}

/** @param does what the host does that leads it in. */
function entering(
  reached: Pick<Entering, "receiver" | "address" | "port">,
  by: Host,
  does: string,
): Entering {
  const steps = [{ at: "host", name: by.name, does } as const];
  return { ...reached, by, steps, why: `host ${by.name} ${does}` };
}

/** Why a host does not reach a container; undefined where it does. */
function noAccess(
  view: View,
  network: IntentRow<"Network">,
  endpoint: Endpoint,
  address: string,
  host: Host,
): Pick<Ending, "verdict" | "reason"> | undefined {
  const name = fullNameOf(network);
  if (isHostAccessOff(network))
    return { verdict: "dropped", reason: `network ${name} has host-access=false: no host has a route to it` };
  if (endpoint.host === host._uuid) return undefined;
  const cidrs = accessCidrs(view, network._uuid);
  if (!cidrs.some((cidr) => contains(parseCidr(cidr), parseIp(address))))
    return {
      verdict: "dropped",
      reason: `another network has the addresses of network ${name}, too: hosts reach its containers on themselves alone, and ${address} is on ${hostNameOf(view, endpoint.host) ?? "another"}`,
    };
  if (hasHostAccess(view, network._uuid, host._uuid)) return undefined;
  return {
    verdict: "leaves",
    reason: `host ${host.name} has no way into network ${name} until somebody on it sends there: then Fairway makes one`,
  };
}

function ended(verdict: Ending["verdict"], reason: string, receiver: Endpoint | undefined): Arrival {
  return { ending: { verdict, reason, steps: [] }, receiver };
}
