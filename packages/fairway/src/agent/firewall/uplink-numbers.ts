/**
 * The numbers of uplinks: from the top of conntrack's 65,535 zones, because on the kernel's datapath OVN takes its own
 * from the bottom of the same ones.
 */
export const uplinkNumbers = { first: 64_000, last: 65_534, none: 0 } as const;

/**
 * The bit of a packet's mark that says: a socket of this host is for it, although its address is another machine's. Beside the
 * numbers and `passMark`.
 */
export const deliveryMark = 0x20000;

/** The bit that says: it was for a published port that its sender may not reach. */
export const refusedMark = 0x100000;
