import { type Family, formatCidr } from "../ip.ts";
import { soundCidr } from "./parsed-rows.ts";
import { fact } from "./view.ts";

/** The subnets of a network, ascending. */
export const networkCidrs = fact((view, network: string): Readonly<Record<Family, readonly string[]>> => {
  const cidrs = view.find("Subnet", "byNetwork", network).flatMap((subnet) => soundCidr(subnet) ?? []);
  const ofFamily = (family: Family) => cidrs.filter((cidr) => cidr.family === family).map(formatCidr);
  return { 4: ofFamily(4).sort(), 6: ofFamily(6).sort() };
});
