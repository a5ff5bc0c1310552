import { isOnWire } from "../../intent/egress.ts";
import { importsOf } from "../../intent/imported-routes.ts";
import { gatewayOf, legsOf } from "../../intent/router-gateways.ts";
import { routerOf } from "../../intent/routers.ts";
import { type IntentRow, settingsOf, type View, withMemory } from "../../intent/view.ts";
import { familyOf } from "../../ip.ts";
import { wholeOf } from "../access/seen.ts";
import { fullNameOf } from "../networks/display-name.ts";
import type { TraceStep } from "../schemas/trace.ts";
import type { Departure } from "./departure.ts";
import { type Ending, hostPart } from "./host-part.ts";
import type { OvnPath, WayOut } from "./packet-tracer.ts";
import { called, endpointAt, placeOfEndpoint } from "./places.ts";

interface Traced {
  readonly departure: Departure;
  readonly path: OvnPath;
  readonly protocol: "tcp" | "udp" | "icmp";
  readonly port: number | undefined;
}

/** What becomes of a packet when OVN is done with it. */
export function endingOf(view: View, traced: Traced): Ending {
  const { departure, path } = traced;
  const { sender, network } = departure;
  const { waysOut, drop } = path;
  if (drop !== undefined) return { verdict: "dropped", reason: drop, steps: [] };
  const outside = byGateway(wholeOf(view), departure, path);
  if (outside !== undefined) return outside;
  const way = bestOf(waysOut);
  const host = view.get("Host", sender.host ?? "");
  switch (way?.kind) {
    case "endpoint": {
      const endpoint = view.get("Endpoint", way.uuid);
      if (endpoint === undefined) break;
      if (endpoint._uuid === sender._uuid)
        return { verdict: "delivered", reason: "the router answers it by itself", steps: [] };
      return { ...delivered(view, departure, endpoint), endpoint };
    }
    case "uplink":
      if (host !== undefined) return hostPart(view, { ...traced, host });
      return {
        verdict: "leaves",
        reason: "it leaves by the host on which the sender is plugged in",
        steps: [],
      };
    case "host":
      return { verdict: "delivered", reason: `host ${way.host} gets it itself`, steps: [] };
    case "wire": {
      const carrier = view.get("Physical_Network", network.physical_network ?? "")?.name ?? "";
      const does = `carries it, and whoever is on it${network.segment === null ? "" : ` in VLAN ${network.segment}`} takes it: Fairway sees no further`;
      return {
        verdict: "leaves",
        reason: `it leaves by the wire of physical network ${carrier}`,
        steps: [{ at: "wire", name: carrier, does }],
      };
    }
    case "other":
      return {
        verdict: "leaves",
        reason: `it leaves by OVN's port ${way.port}, which is not Fairway's`,
        steps: [],
      };
    case undefined:
  }
  return { verdict: "dropped", reason: "nothing comes out of OVN", steps: [] };
}

/** What becomes of a packet that has come to the external network of its sender's router; undefined where it has not. */
function byGateway(
  view: View,
  { network, source, destination }: Departure,
  { hops }: OvnPath,
): Ending | undefined {
  const router = routerOf(view, network);
  const gateway = router && gatewayOf(view, router._uuid);
  const external = gateway && view.get("Network", gateway.network);
  if (router === undefined || external === undefined || hops.at(-1)?.name !== external.name) return undefined;
  if (endpointAt(view, external._uuid, destination) !== undefined) return undefined;
  const leg = legsOf(view, router._uuid).find(({ family }) => family === familyOf(source));
  const holder = view.get("Host", gateway?.holder ?? "")?.name;
  const by = holder === undefined ? "a gateway host that nobody has told yet" : `gateway host ${holder}`;
  const as = gateway?.snat && leg !== undefined ? leg.ip : source;
  const carrier = view.get("Physical_Network", external.physical_network ?? "")?.name ?? "";
  return {
    verdict: "leaves",
    reason: `it leaves by ${by} of router ${router.name}, as ${as}`,
    steps: [
      {
        at: "wire",
        name: carrier,
        does: `carries it to ${leg?.nextHop ?? "its next hop"}: Fairway sees no further`,
      },
    ],
  };
}

interface Entered {
  readonly receiver: IntentRow<"Endpoint">;
  readonly address: string;
  /** The host that led it into the network. */
  readonly by: IntentRow<"Host">;
  readonly path: OvnPath;
  readonly why: string;
}

/** What becomes of a packet that a host has led into a network. */
export function enteredOf(view: View, { receiver, address, by, path, why }: Entered): Ending {
  const { drop, waysOut } = path;
  if (drop !== undefined) return { verdict: "dropped", reason: drop, steps: [] };
  const arrives = waysOut.some((way) => way.kind === "endpoint" && way.uuid === receiver._uuid);
  if (!arrives) return { verdict: "dropped", reason: "OVN gives it to somebody else", steps: [] };
  const [network, to] = [view.get("Network", receiver.network), view.get("Host", receiver.host ?? "")];
  const isFar = network !== undefined && to !== undefined && to._uuid !== by._uuid;
  return {
    verdict: "delivered",
    reason: why,
    steps: [
      ...(isFar ? [between(view, network, by, to)] : []),
      {
        at: "receiver",
        name: called(placeOfEndpoint(view, receiver, address)),
        does: `gets it at ${address}`,
      },
    ],
  };
}

/** Where a switch floods, the one that says most. */
function bestOf(ways: readonly WayOut[]): WayOut | undefined {
  const order: readonly WayOut["kind"][] = ["endpoint", "host", "wire", "uplink", "other"];
  return ways.toSorted((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind))[0];
}

function delivered(
  view: View,
  { sender, network, destination }: Departure,
  endpoint: IntentRow<"Endpoint">,
): Ending {
  const [from, to] = [view.get("Host", sender.host ?? ""), view.get("Host", endpoint.host ?? "")];
  const receiver = placeOfEndpoint(view, endpoint, destination);
  const where = to === undefined ? "" : ` on host ${to.name}`;
  const steps: TraceStep[] = [];
  if (from !== undefined && to !== undefined && from._uuid !== to._uuid)
    steps.push(between(view, network, from, to));
  steps.push({ at: "receiver", name: called(receiver), does: `gets it${where}` });
  return { verdict: "delivered", reason: wayBetween(view, network, endpoint), steps };
}

/** What leads from a network to an endpoint, and back. */
function wayBetween(view: View, from: IntentRow<"Network">, endpoint: IntentRow<"Endpoint">): string {
  const to = view.get("Network", endpoint.network);
  const [near, far] = [fullNameOf(from), to === undefined ? "" : fullNameOf(to)];
  if (to?._uuid === from._uuid) return `both are on network ${near}, and nothing drops it`;
  const remembering = withMemory(view);
  const route = importsOf(remembering, from._uuid).routes.find(({ network }) => network === to?._uuid);
  if (route === undefined) return `networks ${near} and ${far} are on one router, and nothing drops it`;
  const leadsBack = importsOf(remembering, endpoint.network).routes.some(
    ({ network }) => network === from._uuid,
  );
  const answer = leadsBack ? "" : `; network ${far} does not lead back: no answer comes`;
  return `network ${near} imports route target ${route.target} of network ${far}, and nothing drops it${answer}`;
}

/** How a packet gets from host to host. */
function between(
  view: View,
  network: IntentRow<"Network">,
  from: IntentRow<"Host">,
  to: IntentRow<"Host">,
): TraceStep {
  if (isOnWire(network)) {
    const carrier = view.get("Physical_Network", network.physical_network ?? "")?.name ?? "";
    return { at: "wire", name: carrier, does: `carries it from host ${from.name} to host ${to.name}` };
  }
  const addresses = [from, to].map(({ name, tunnel_address }) => `${name} (${tunnel_address ?? "?"})`);
  const down = [from, to].filter(({ state }) => state === "down").map(({ name }) => `; host ${name} is down`);
  return {
    at: "tunnel",
    name: settingsOf(view)?.encapsulation ?? "",
    does: `carries it from host ${addresses.join(" to host ")}${down.join("")}`,
  };
}
