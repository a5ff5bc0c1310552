import { nameServiceAddress } from "../../name-service-address.ts";

/**
 * Where containers ask for names.
 *
 * The sockets listen on a port of their own, to which a rule leads what comes in by an uplink: somebody's own DNS server on this host, or a
 * container that publishes port 53, may hold that port on all addresses.
 */
export const nameService = { address: nameServiceAddress, port: 53, listeningPort: 5453 } as const;
