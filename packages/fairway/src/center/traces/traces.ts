import { FairwayError } from "../../errors.ts";
import type { Store } from "../../intent/store.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { familyOf } from "../../ip.ts";
import { mayReadAll } from "../access/access.ts";
import { ownedBy, seenBy } from "../access/seen.ts";
import type { Context } from "../context.ts";
import type { Progress } from "../progress.ts";
import type { Place, Trace, TraceQuery, TraceStep } from "../schemas/trace.ts";
import { hostNameOf } from "../views.ts";
import { arrivalOf } from "./arrival.ts";
import { bestDeparture, placeOf, receiverOf, strangerOf } from "./choice.ts";
import type { Departure } from "./departure.ts";
import { endingOf, enteredOf } from "./ending.ts";
import type { PacketTracer } from "./packet-tracer.ts";
import { called, heldIn, placeOfEndpoint, placeOfHost, placeOfTarget, placeOutside } from "./places.ts";
import { sourceOf, type Target, targetOf } from "./target.ts";

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
   * Where a packet goes, and what decides it. Throws `not_found` of who is not there, and for a principal of an organization of a sender that is none of its own, `invalid` where two places have no family of addresses in common,
   * and what `PacketTracer` throws.
   */
  async trace({ from, to, protocol, port, family }: TraceQuery, context: Context): Promise<Trace> {
    const view = seenBy(context.caller, this.#view);
    if ((protocol === "icmp") !== (port === undefined))
      throw new FairwayError(
        "invalid",
        protocol === "icmp" ? "port is for TCP and UDP alone" : `protocol ${protocol} needs port=NUMBER`,
      );
    const source = sourceOf(view, from);
    const target = targetOf(view, to);
    if (source.kind !== "endpoints") {
      mayReadAll(context.caller);
      return this.#ofOutsider(source, target, { protocol, port, family }, context);
    }
    const departure = bestDeparture(view, source.endpoints, target, family);
    if (departure === undefined)
      throw new FairwayError(
        "invalid",
        `${from} has no address of the family of ${to}: nothing goes from one to the other`,
      );
    checkOwnWay(ownedBy(context.caller, this.#view), departure);
    const start = placeOfEndpoint(view, departure.sender, departure.source);
    const receiver = receiverOf(view, target, departure);
    const common = {
      from: start,
      to: placeOf(view, target, receiver, departure),
      protocol,
      port: port ?? null,
    };
    const begin: TraceStep = { at: "sender", name: called(start), does: `sends it ${departure.next}` };
    if (departure.destination === departure.source)
      return { ...common, verdict: "delivered", reason: `it stays in ${called(start)}`, steps: [] };
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
    const ending = endingOf(view, { departure, path, protocol, port });
    const missing = sending ?? (await this.#receiving(ending.endpoint, context.signal));
    const isLate = missing !== undefined && ending.verdict !== "dropped";
    return {
      ...common,
      verdict: isLate ? "not-installed" : ending.verdict,
      reason: isLate ? missing.reason : ending.reason,
      steps: [begin, ...path.hops, ...ending.steps],
    };
  }

  /** Of a packet that a host sends, or somebody whom the cluster does not know. */
  async #ofOutsider(
    source: Exclude<Target, { kind: "endpoints" }>,
    target: Target,
    asked: Pick<TraceQuery, "protocol" | "port" | "family">,
    { signal }: Context,
  ): Promise<Trace> {
    const view = this.#view;
    const host = source.kind === "host" ? source.host : undefined;
    const from = host === undefined ? placeOutside(source.address) : placeOfHost(host, source.address);
    const arrival = arrivalOf(view, { host, address: source.address }, target, asked);
    const { receiver } = arrival;
    const common = {
      from,
      to: placeOfTarget(view, target, receiver, familyOf(source.address)),
      protocol: asked.protocol,
      port: asked.port ?? null,
    };
    if (arrival.ending !== undefined) return { ...common, ...arrival.ending };
    const { address, by, port, steps, why } = arrival;
    const uplink = this.#tracer.uplinkOf(arrival.receiver.network);
    const isOwn = (each: string) => familyOf(each) === familyOf(address);
    const path = await this.#tracer.trace(
      {
        port: uplink.port,
        sourceMac: uplink.mac,
        source: [source.address, ...uplink.addresses].find(isOwn) ?? source.address,
        nextMac: uplink.nextMac,
        destination: address,
        protocol: asked.protocol,
        destinationPort: port,
      },
      signal,
    );
    const ending = enteredOf(view, { receiver: arrival.receiver, address, by, path, why });
    const missing =
      ending.verdict === "delivered" ? await this.#receiving(arrival.receiver, signal) : undefined;
    return {
      ...common,
      verdict: missing?.verdict ?? ending.verdict,
      reason: missing?.reason ?? ending.reason,
      steps: [...steps, ...path.hops, ...ending.steps],
    };
  }

  async #receiving(endpoint: Endpoint | undefined, signal: AbortSignal) {
    if (endpoint === undefined) return undefined;
    const address = heldIn(this.#view, endpoint, 4);
    return this.#notThere(endpoint, placeOfEndpoint(this.#view, endpoint, address), signal);
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

/** What a packet meets on its way is its network's owner's. Throws `forbidden` where that is shared with who asks. */
function checkOwnWay(own: View, { network }: Departure): void {
  if (own.get("Network", network._uuid) !== undefined) return;
  throw new FairwayError(
    "forbidden",
    `network ${network.name} is another organization's, which shares it: its owner traces what is sent there`,
  );
}
