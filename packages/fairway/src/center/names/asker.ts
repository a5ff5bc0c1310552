import { FairwayError } from "../../errors.ts";
import { keyOf } from "../../intent/indexes.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { canonicalIp } from "../../ip.ts";
import { mayActFor } from "../access/access.ts";
import type { Context } from "../context.ts";
import { hostNamed } from "../lookup.ts";
import type { Asker } from "../schemas/name.ts";
import { subnetWith } from "../subnets/network-subnets.ts";

/** The endpoint of a container that asks for names. Throws `not_found` where the host has no such container, `forbidden` where the caller is another host. */
export function endpointAsking(
  view: View,
  asker: Asker,
  context: Context,
): { readonly host: IntentRow<"Host">; readonly endpoint: IntentRow<"Endpoint"> } {
  mayActFor(context.caller, asker.host);
  const host = hostNamed(view, asker.host);
  const subnet = subnetWith(view, asker.network, asker.address);
  const [row] =
    subnet === undefined
      ? []
      : view.find("Address", "bySubnetIp", keyOf(subnet._uuid, canonicalIp(asker.address)));
  const endpoint = row?.endpoint == null ? undefined : view.get("Endpoint", row.endpoint);
  if (endpoint === undefined || endpoint.host !== host._uuid)
    throw new FairwayError(
      "not_found",
      `host ${asker.host} has no container ${asker.address} on network ${asker.network}`,
    );
  return { host, endpoint };
}
