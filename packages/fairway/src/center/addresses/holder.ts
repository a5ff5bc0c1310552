import type { IntentRow, View } from "../../intent/view.ts";
import type { AddressHolder } from "../schemas/address.ts";
import { hostNameOf } from "../views.ts";

type Address = IntentRow<"Address">;

/** Who asked for an address may use it and give it back; where nobody is written down, everybody who has the network. */
export function isReservedBy({ host }: Address, asker: string): boolean {
  return host === null || host === asker;
}

/** Who has an address; undefined where it was asked for and nobody has it yet. */
export function holderIn(view: View, address: Address): AddressHolder | undefined {
  const { purpose, endpoint: uuid, note } = address;
  if (purpose === "gateway" || purpose === "auxiliary") return { kind: purpose, name: "", host: null };
  if (purpose === "router") return { kind: "router", name: note, host: null };
  if (purpose === "vip") return { kind: "vip", name: note, host: null };
  if (purpose === "reserved") return { kind: "reservation", name: note, host: null };
  if (uuid === null) return undefined;
  const endpoint = view.get("Endpoint", uuid);
  const host = hostNameOf(view, endpoint?.host ?? null);
  const name = endpoint?.name ?? null;
  if (name !== null) return { kind: "port", name, host };
  const [handle] = view.find("Docker_Endpoint", "byEndpoint", uuid);
  return { kind: "container", name: handle?.container_name ?? "", host };
}

/** Who has an address, in words for a person. */
export function holderOf(view: View, address: Address | undefined): string {
  if (address === undefined) return "another request";
  const holder = holderIn(view, address);
  if (holder === undefined) {
    const starter = hostNameOf(view, address.host);
    return `a container that is being started${starter === null ? "" : ` on host ${starter}`}`;
  }
  const { kind, name, host } = holder;
  switch (kind) {
    case "gateway":
      return "the gateway";
    case "auxiliary":
      return "an auxiliary address (--aux-address)";
    case "reservation":
      return `the reservation ${name === "" ? "" : `"${name}" `}(\`fairway address release ${address.ip}\` ends it)`;
    case "vip":
      return `VIP ${name}`;
    case "router":
      return `router ${name}`;
    case "port":
      return `port ${name}`;
    case "container": {
      const what = name === "" ? `endpoint ${address.endpoint}` : `container ${name}`;
      return host === null ? what : `${what} on host ${host}`;
    }
  }
}
