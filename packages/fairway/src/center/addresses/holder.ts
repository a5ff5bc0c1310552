import type { IntentRow, View } from "../../intent/view.ts";
import { hostNameOf } from "../views.ts";

/** Who asked for an address may use it and give it back; where nobody is written down, everybody who has the network. */
export function isReservedBy({ host }: IntentRow<"Address">, asker: string): boolean {
  return host === null || host === asker;
}

/** Who has an address, in words for a person. */
export function holderOf(view: View, address: IntentRow<"Address"> | undefined): string {
  if (address === undefined) return "another request";
  if (address.purpose === "gateway") return "the gateway";
  if (address.purpose === "auxiliary") return "an auxiliary address (--aux-address)";
  if (address.endpoint === null) {
    const starter = hostNameOf(view, address.host);
    return `a container that is being started${starter === null ? "" : ` on host ${starter}`}`;
  }
  const name = view.get("Endpoint", address.endpoint)?.name ?? null;
  if (name !== null) return `port ${name}`;
  const [handle] = view.find("Docker_Endpoint", "byEndpoint", address.endpoint);
  const holder = handle?.container_name
    ? `container ${handle.container_name}`
    : `endpoint ${address.endpoint}`;
  const host = hostNameOf(view, view.get("Endpoint", address.endpoint)?.host ?? null);
  return host === null ? holder : `${holder} on host ${host}`;
}
