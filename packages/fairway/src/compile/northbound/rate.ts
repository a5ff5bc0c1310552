import { derive } from "../../identity.ts";
import { rateOf } from "../../intent/rate.ts";
import type { IntentRow } from "../../intent/view.ts";
import { type DesiredRow, inSwitch } from "./desired.ts";

/** Any will do: no other row is for the same port and direction. */
const priority = 1;

/** The largest packet that a kernel may hand over at once, 64 KiB, in kbit: a bucket that holds less would never let it pass. */
const largestPacket = 525;

/**
 * What an endpoint may send, and what it may receive: each has a bucket of its own on its host (ovn-nb(5), QoS `bandwidth`, kbit/s and kbit). What
 * is too much is dropped, so TCP needs half a second of the rate in the bucket: with a tenth it got half of the rate.
 */
export function compileRate(endpoint: IntentRow<"Endpoint">): readonly DesiredRow[] {
  const rate = rateOf(endpoint);
  if (rate === undefined) return [];
  const { _uuid: uuid, network } = endpoint;
  const row = (direction: "from-lport" | "to-lport", match: string): DesiredRow => ({
    table: "QoS",
    uuid: derive("rate", uuid, direction),
    references: [inSwitch(network, "qos_rules", `network/${network}`)],
    columns: {
      direction,
      priority,
      match,
      bandwidth: { rate, burst: Math.max(Math.ceil(rate / 2), largestPacket) },
    },
  });
  return [row("from-lport", `inport == "${uuid}"`), row("to-lport", `outport == "${uuid}"`)];
}
