/** What there are events of; a change that concerns several is told in this order. Here by themselves: a command line that offers them loads no schema. */
export const nouns = [
  "host",
  "physical-network",
  "organization",
  "router",
  "zone",
  "network",
  "subnet",
  "vip",
  "security-group",
  "policy",
  "endpoint",
  "address",
  "principal",
  "token",
] as const;
export type Noun = (typeof nouns)[number];
