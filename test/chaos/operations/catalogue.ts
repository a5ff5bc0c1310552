/** The networks that operations make and remove, each with the ways in which it may be wished for. */
export const networkWishes: Readonly<Record<string, readonly (readonly string[])[]>> = {
  blue: [
    ["--subnet", "10.61.0.0/24"],
    ["--subnet", "10.61.0.0/24", "--gateway", "10.61.0.254"],
  ],
  green: [[]],
  // The same CIDR as blue.
  red: [["--subnet", "10.61.0.0/24"]],
  gold: [["--internal", "--subnet", "10.62.0.0/24"]],
  ice: [["--ipv6", "--subnet", "10.63.0.0/24", "--subnet", "fd63::/64"]],
  grey: [
    ["--subnet", "10.64.0.0/24", "--subnet", "10.65.0.0/24"],
    ["--label", "colour=grey"],
  ],
};

export const networkNames: readonly string[] = Object.keys(networkWishes);

export const containerNames: readonly string[] = Array.from({ length: 12 }, (_, at) => `w${at + 1}`);

/** Every container has a port of its own: who has it is never in question. */
export const portOf = (container: string): number => 20_000 + containerNames.indexOf(container);
