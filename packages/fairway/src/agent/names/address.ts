/**
 * Where containers ask for names: link-local, so that no network has it, and the same on every host (design §8).
 *
 * The sockets listen on a port of their own, to which a rule leads what comes in by a leg: somebody's own DNS server on this host, or a
 * container that publishes port 53, may hold that port on all addresses.
 */
export const nameService = { address: "169.254.53.53", port: 53, listeningPort: 5453 } as const;
