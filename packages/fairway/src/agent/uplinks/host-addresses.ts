import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import type { Family } from "../../ip.ts";
import { hasOurAddresses } from "../ports/interface-names.ts";
import type { HostAddresses } from "./routing.ts";

const linkLocal = /^(fe80:|169\.254\.)/i;

/** The addresses of each interface of this host but those that Fairway made. */
export function ownInterfaces(): readonly (readonly NetworkInterfaceInfo[])[] {
  return Object.entries(networkInterfaces())
    .filter(([name]) => !hasOurAddresses(name))
    .map(([, addresses = []]) => addresses);
}

/**
 * What this host calls itself to its containers: in each family the tunnels' address, else one of the same interface, else
 * any that others can reach.
 */
export function hostAddresses(tunnelAddress: string | undefined): HostAddresses {
  const interfaces = ownInterfaces().map((addresses) =>
    addresses.filter(({ internal, address }) => !internal && !linkLocal.test(address)),
  );
  const carriesTunnels = (addresses: (typeof interfaces)[number]) =>
    addresses.some(({ address }) => address === tunnelAddress);
  const inOrder = [
    ...interfaces
      .filter(carriesTunnels)
      .flatMap((addresses) => [
        ...addresses.filter(({ address }) => address === tunnelAddress),
        ...addresses,
      ]),
    ...interfaces.flat(),
  ];
  const found = new Map<Family, string>();
  for (const { family, address } of inOrder) {
    const key = family === "IPv6" ? 6 : 4;
    if (!found.has(key)) found.set(key, address);
  }
  return found;
}
