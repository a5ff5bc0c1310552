import { FairwayError } from "../../errors.ts";
import type { Store } from "../../intent/store.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { familyOf } from "../../ip.ts";
import { mayReadAll } from "../access/access.ts";
import type { Context } from "../context.ts";
import { fullNameOf } from "../networks/display-name.ts";
import type { Progress } from "../progress.ts";
import type { Place, Trace, TraceQuery, TraceStep } from "../schemas/trace.ts";
import { addressesOf, hostNameOf } from "../views.ts";
import { type Departure, departureOf } from "./departure.ts";
import { endingOf } from "./ending.ts";
import type { PacketTracer } from "./packet-tracer.ts";
import { called, endpointAt, placeOfAddress, placeOfEndpoint, placeOfHost } from "./places.ts";
import { isOfFamily, sendersOf, type Target, targetOf } from "./target.ts";

type Endpoint = IntentRow<"Endpoint">;

interface TracesOptions {
  readonly store: Pick<Store, "view">;
  readonly progress: Pick<Progress, "endpoint" | "isUp">;
  readonly tracer: PacketTracer;
}

/** Where packets go, by OVN's own word and by what the center knows of hosts. */
export class Traces {
  readonly #view: View;
  readonly #progress: TracesOptions["progress"];
  readonly #tracer: PacketTracer;

  constructor({ store, progress, tracer }: TracesOptions) {
    this.#view = store.view;
    this.#progress = progress;
    this.#tracer = tracer;
  }

  /**
   * Where a packet goes, and what decides it. Throws `not_found` of who is not there, `invalid` where two places have no family of addresses in common,
   * and what `PacketTracer` throws.
   */
  async trace({ from, to, protocol, port, family }: TraceQuery, context: Context): Promise<Trace> {
    mayReadAll(context.caller);
    const view = this.#view;
    if ((protocol === "icmp") !== (port === undefined))
      throw new FairwayError(
        "invalid",
        protocol === "icmp" ? "port is for TCP and UDP alone" : `protocol ${protocol} needs port=NUMBER`,
      );
    const senders = sendersOf(view, from);
    const target = targetOf(view, to);
    const departure = bestDeparture(view, senders, target, family);
    if (departure === undefined)
      throw new FairwayError(
        "invalid",
        `${from} has no address of the family of ${to}: nothing goes from one to the other`,
      );
    const start = placeOfEndpoint(view, departure.sender, departure.source);
    const receiver = receiverOf(view, target, departure);
    const common = {
      from: start,
      to: placeOf(view, target, receiver, departure),
      protocol,
      port: port ?? null,
    };
    const begin: TraceStep = { at: "sender", name: called(start), does: `sends it ${departure.next}` };
    const stranger = strangerOf(view, target, departure);
    const nothing = stranger ?? (departure.nextMac === undefined ? departure.why : undefined);
    if (nothing !== undefined || departure.nextMac === undefined)
      return { ...common, verdict: "dropped", reason: nothing ?? departure.why, steps: [begin] };
    const sending = await this.#notThere(departure.sender, start, context.signal);
    if (sending?.isHopeless) return { ...common, ...sending, steps: [begin] };
    const path = await this.#tracer.trace(
      {
        port: departure.sender._uuid,
        sourceMac: departure.sender.mac,
        source: departure.source,
        nextMac: departure.nextMac,
        destination: departure.destination,
        protocol,
        destinationPort: port,
      },
      context.signal,
    );
    const hops = path.hops.map(({ at, name, does }): TraceStep => ({ at, name, does }));
    const ending = endingOf(view, { departure, path, protocol, port });
    const missing = sending ?? (await this.#receiving(ending.endpoint, context.signal));
    const isLate = missing !== undefined && ending.verdict !== "dropped";
    return {
      ...common,
      verdict: isLate ? "not-installed" : ending.verdict,
      reason: isLate ? missing.reason : ending.reason,
      steps: [begin, ...hops, ...ending.steps],
    };
  }

  async #receiving(endpoint: Endpoint | undefined, signal: AbortSignal) {
    if (endpoint === undefined) return undefined;
    const [address] = addressesOf(this.#view, endpoint._uuid);
    return this.#notThere(endpoint, placeOfEndpoint(this.#view, endpoint, address?.ip ?? ""), signal);
  }

  /** Why a port is not in place on its host; undefined where it is. */
  async #notThere({ _uuid, host, lost }: Endpoint, place: Place, signal: AbortSignal) {
    const verdict = "not-installed" as const;
    if (lost.length > 0)
      return {
        verdict,
        isHopeless: true,
        reason: `${called(place)} has no port: another has its address ${lost.join(", ")}`,
      };
    if (this.#progress.isUp(_uuid)) return undefined;
    const { stage, detail } = await this.#progress.endpoint(_uuid, undefined, signal);
    const where = hostNameOf(this.#view, host);
    const reason =
      stage === "intent"
        ? `${called(place)} is not in OVN yet: ${detail}`
        : where === null
          ? `${called(place)} is plugged in nowhere`
          : `${called(place)} is not installed yet on ${where}`;
    return { verdict, isHopeless: stage === "intent", reason };
  }
}

/** The way by which a sender's packet has the best chance: of several networks that with the receiver on it. */
function bestDeparture(
  view: View,
  senders: readonly Endpoint[],
  target: Target,
  family: 4 | 6 | undefined,
): Departure | undefined {
  const wanted =
    target.kind === "endpoints"
      ? target.endpoints.flatMap((endpoint) =>
          addressesOf(view, endpoint._uuid).map(({ ip }) => ({ ip, network: endpoint.network })),
        )
      : [{ ip: target.address, network: undefined }];
  const ways = wanted
    .filter(({ ip }) => isOfFamily(ip, family))
    .flatMap(({ ip, network }) =>
      senders.flatMap((sender) => {
        const departure = departureOf(view, sender, ip);
        if (departure === undefined) return [];
        const isTogether = network === sender.network;
        const isMistaken = network !== undefined && !isTogether && departure.rank < 2;
        const rank = isTogether ? 0 : isMistaken ? 4 : 1 + departure.rank;
        return [{ departure, rank }];
      }),
    );
  return ways.toSorted(
    (one, other) =>
      one.rank - other.rank ||
      familyOf(one.departure.destination) - familyOf(other.departure.destination) ||
      one.departure.network.name.localeCompare(other.departure.network.name),
  )[0]?.departure;
}

/** The endpoint that is meant; undefined where an address is, which none has. */
function receiverOf(view: View, target: Target, { destination, network }: Departure): Endpoint | undefined {
  if (target.kind === "endpoints")
    return target.endpoints.find(({ _uuid }) =>
      addressesOf(view, _uuid).some(({ ip }) => ip === destination),
    );
  return target.kind === "address" ? endpointAt(view, network._uuid, destination) : undefined;
}

function placeOf(view: View, target: Target, receiver: Endpoint | undefined, departure: Departure): Place {
  if (receiver !== undefined) return placeOfEndpoint(view, receiver, departure.destination);
  if (target.kind === "host") return placeOfHost(target.host, target.address);
  return placeOfAddress(view, departure.destination, departure.network);
}

/** Why a packet for one network's address never leaves another, which has the same addresses; undefined where it does. */
function strangerOf(
  view: View,
  target: Target,
  { network, destination, rank }: Departure,
): string | undefined {
  if (target.kind !== "endpoints" || rank > 1) return undefined;
  if (target.endpoints.some((each) => each.network === network._uuid)) return undefined;
  const others = target.endpoints.flatMap((each) => view.get("Network", each.network) ?? []);
  return `${destination} is an address of network ${fullNameOf(network)} itself: no packet for it leaves for network ${others.map(fullNameOf).join(", ")}`;
}
