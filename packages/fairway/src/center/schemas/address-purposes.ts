/**
 * What an address is for. `resting`: nobody has it, and nobody gets it for a moment, because somebody had it until just now. Here by themselves: a command line
 * that offers them loads no schema.
 */
export const addressPurposes = [
  "endpoint",
  "further",
  "vip",
  "gateway",
  "auxiliary",
  "reserved",
  "router",
  "resting",
] as const;
