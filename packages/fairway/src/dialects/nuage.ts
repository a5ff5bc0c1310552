import type { Dialect } from "./dialect.ts";

const byIpam = (name: string) => ({
  name,
  refused: `give it to the IPAM driver, --ipam-driver nuage-ipam --ipam-opt ${name}=…; Nuage's network driver took no options`,
});

/** nuage-libnetwork: its network driver took no options, its IPAM driver those by which Fairway joins a subnet that was made beforehand (docs/tenancy.md). */
export const nuage: Dialect = {
  options: ["organization", "domain", "zone", "subnet", "user"].map(byIpam),
};
