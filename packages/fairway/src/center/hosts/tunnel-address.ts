import { FairwayError } from "../../errors.ts";
import type { IntentRow, View } from "../../intent/view.ts";

type Tunnel = Pick<IntentRow<"Host">, "name" | "tunnel_address">;

/** Two hosts at one address would take each other's packets. Throws `conflict` where another host has it. */
export function checkTunnel(view: View, { name, tunnel_address: address }: Tunnel): void {
  if (address === null) return;
  for (const other of view.rows("Host"))
    if (other.tunnel_address === address && other.name !== name)
      throw new FairwayError(
        "conflict",
        `the tunnel address ${address} belongs to host ${other.name}; each host needs one of its own (ovn-encap-ip, \`fairway join --address\`)`,
      );
}

/** A host that runs does not move its tunnels by its own word. Throws `conflict`. */
export function checkSameTunnel(known: Tunnel | undefined, { name, tunnel_address: address }: Tunnel): void {
  if (known === undefined || known.tunnel_address === null || known.tunnel_address === address) return;
  throw new FairwayError(
    "conflict",
    `host ${name} joined with the tunnel address ${known.tunnel_address}, and its Open vSwitch says ${address} now (ovn-encap-ip): ` +
      "put that back, or join once more with a new token (`fairway token create` on the center prints how)",
  );
}
