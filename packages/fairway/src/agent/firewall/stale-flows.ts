import type { Flow, FlowSketch } from "./conntrack.ts";
import { relayAddresses } from "./publication.ts";
import { RefusedFlows } from "./refused-flows.ts";
import type { Elements } from "./ruleset.ts";
import { uplinkNumbers } from "./uplink-numbers.ts";

const UDP = 17;

/** What the kernel's flows are held against. */
export interface HostNow {
  /** What stands in our nftables table. */
  readonly elements: Elements;
  /** The numbers of uplinks that this host is to have, also where our table is without them for now. */
  readonly uplinks: ReadonlySet<number>;
  /** All addresses of this host. */
  readonly hostAddresses: ReadonlySet<string>;
  /** Containers' addresses that are gone, each behind the number of its network's uplink: see `addressKey`. */
  readonly gone: ReadonlySet<string>;
}

/** An address of a container, by the number of its network's uplink on this host: two networks may have the same ones. */
export function addressKey(number: number, address: string): string {
  return `${number} ${address}`;
}

/** Tells which flows are worth a look, with these elements in our table. */
export function worthALook(elements: Elements): (flow: FlowSketch) => boolean {
  const ports = new Set(Array.from(publishedPorts(elements).keys(), (key) => Number(key.split(" ")[1])));
  const refused = new RefusedFlows(elements);
  return ({ protocol, zone, mark, isDestinationTranslated, destinationPort }) =>
    isOurNumber(zone) ||
    isOurNumber(mark) ||
    refused.mayHave({ protocol, destinationPort }) ||
    (protocol === UDP && (isDestinationTranslated || ports.has(destinationPort)));
}

/**
 * Tells flows that outlive what they were derived from. The kernel looks at NAT rules for the first packet of a flow alone, so one that never
 * pauses (a UDP client with a fixed port) would go for ever where the rules led when it began.
 *
 * - The container's address, or its network's uplink, is gone: every flow of it.
 * - A published UDP port leads elsewhere by now, or nowhere, or led nowhere when the flow began. TCP begins anew by itself, and an
 *   established connection to a container that runs goes on, as with Docker's bridge.
 * - Its sender may not reach the published port by now, whatever the protocol.
 */
export function staleFlows(flows: readonly Flow[], now: HostNow): Flow[] {
  const { elements, uplinks, hostAddresses, gone } = now;
  const ports = publishedPorts(elements);
  const ruled = Array.from(elements.get("zone_of") ?? [], (element) => Number(element.split(" : ")[1]));
  const numbers = uplinks.union(new Set(ruled));
  const refused = new RefusedFlows(elements);
  return flows.filter((flow) => {
    const { zone, mark, source, answeredBy } = flow;
    for (const number of [zone, mark]) if (isOurNumber(number) && !numbers.has(number)) return true;
    if (isOurNumber(zone) && gone.has(addressKey(zone, source.address))) return true;
    if (isOurNumber(mark) && gone.has(addressKey(mark, answeredBy.address))) return true;
    if (refused.has(flow, hostAddresses)) return true;
    return flow.protocol === UDP && leadsElsewhere(flow, ports, hostAddresses);
  });
}

function leadsElsewhere(flow: Flow, ports: PublishedPorts, hostAddresses: ReadonlySet<string>): boolean {
  const { destination, answeredBy, isDestinationTranslated } = flow;
  const { address, port } = destination;
  // It is left to the socket that holds the port.
  if (address === "::1") return false;
  const ofAll = hostAddresses.has(address) ? ports.get(`${flow.family} ${port}`) : undefined;
  const wanted = ports.get(`${address} ${port}`) ?? ofAll;
  if (!isDestinationTranslated) return wanted !== undefined;
  const isOurs = isOurNumber(flow.mark) || answeredBy.address === relayAddresses[flow.family];
  const isGateways =
    isOurNumber(flow.zone) && hostAddresses.has(answeredBy.address) && answeredBy.port === port;
  if (isGateways && !isOurs) return wanted !== undefined;
  return isOurs && wanted !== `${answeredBy.address} . ${answeredBy.port}`;
}

function isOurNumber(number: number): boolean {
  return number >= uplinkNumbers.first && number <= uplinkNumbers.last;
}

/** Where published UDP ports lead to, `ADDRESS . PORT`, by `FAMILY PORT` for every address of the host, or by `ADDRESS PORT` for one. */
type PublishedPorts = ReadonlyMap<string, string>;

function publishedPorts(elements: Elements): PublishedPorts {
  const ports = new Map<string, string>();
  for (const [family, name] of [
    [4, "pub4"],
    [6, "pub6"],
    [4, "pub_at4"],
    [6, "pub_at6"],
  ] as const)
    for (const element of elements.get(name) ?? []) {
      const [key = "", target = ""] = element.split(" : ");
      const [port = "", protocol, address] = key.split(" . ").toReversed();
      if (protocol === "udp") ports.set(`${address ?? family} ${port}`, target);
    }
  return ports;
}
