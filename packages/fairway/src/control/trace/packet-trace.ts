import type { OvnPath, Packet, PacketTracer, Uplink, WayOut } from "../../center/traces/packet-tracer.ts";
import { transitLink } from "../../compile/northbound/egress.ts";
import { FairwayError } from "../../errors.ts";
import type { Store } from "../../intent/store.ts";
import { bareAddress } from "../../ip.ts";
import { Turns } from "../../runtime/turns.ts";
import type { Northbound } from "../northbound.ts";
import { microflow } from "./microflow.ts";
import { type NorthboundNames, pathOf } from "./ovn-path.ts";
import { rulesInWords } from "./rules.ts";
import { readTrace } from "./trace-text.ts";

/** So many may wait for their turn: each reads the whole Southbound. */
const waitingAtMost = 8;

/** What OVN's program prints of a packet. @see `host/ovn-trace/ovn-trace.ts` */
export type TraceFlow = (flow: string, signal: AbortSignal) => Promise<string>;

interface PacketTraceParts {
  readonly store: Pick<Store, "view">;
  readonly northbound: Pick<Northbound, "replica">;
  readonly traceFlow: TraceFlow;
}

/** Asks OVN what it does with packets, one after the other, and says it in Fairway's words. */
export class PacketTrace implements PacketTracer {
  readonly #parts: PacketTraceParts;
  readonly #turns = new Turns();

  constructor(parts: PacketTraceParts) {
    this.#parts = parts;
  }

  async trace(packet: Packet, signal: AbortSignal): Promise<OvnPath> {
    if (this.#turns.pending >= waitingAtMost)
      throw new FairwayError("too_many", `${waitingAtMost} packets are traced already; try again`);
    const text = await this.#turns.take(() => {
      signal.throwIfAborted();
      return this.#parts.traceFlow(microflow(packet), signal);
    });
    const passages = readTrace(text);
    if (passages === undefined)
      throw new FairwayError("unavailable", `ovn-trace says: ${text.trim().split("\n").at(-1) ?? "nothing"}`);
    return pathOf(passages, this.#names());
  }

  uplinkOf(network: string): Uplink {
    const { ifaceId, mac, router, addresses } = transitLink(this.#parts.store.view, network);
    return { port: ifaceId, mac, nextMac: router.mac, addresses: addresses.map(bareAddress) };
  }

  #names(): NorthboundNames {
    const { store, northbound } = this.#parts;
    const { replica } = northbound;
    return {
      datapath: (name) => {
        const row = replica.table("Logical_Switch").get(name) ?? replica.table("Logical_Router").get(name);
        return row?.external_ids["fairway-name"];
      },
      port: (name): WayOut | undefined => {
        if (store.view.get("Endpoint", name) !== undefined) return { kind: "endpoint", uuid: name };
        const host = replica.table("Logical_Switch_Port").get(name)?.external_ids["fairway-host"];
        return host === undefined ? undefined : { kind: "host", host };
      },
      rule: rulesInWords(replica.table("ACL").rows()),
    };
  }
}
