import { z } from "zod";
import { portSecurityLevels } from "../../fields.ts";
import { dockersIccOption, iccOption } from "../../intent/apart.ts";
import { disableGatewayOption } from "../../intent/disabled-gateway.ts";
import { hostAccessOption } from "../../intent/host-access.ts";
import { ipamOption, ipamValues } from "../../intent/leased-addresses.ts";
import { multicastOption } from "../../intent/multicast.ts";
import { dnsOption, dnsValues } from "../../intent/name-interception.ts";
import { portSecurityOption } from "../../intent/port-security.ts";
import { routeTargetOptions } from "../../intent/route-target-text.ts";
import { option } from "../option-text.ts";
import { isYes } from "../option-value.ts";
import { stringMap, text } from "../schemas/common.ts";
import { subnetSpec } from "../subnets/subnet-spec.ts";
import { displayNameOption } from "./display-name.ts";
import { routeTargetsField } from "./route-targets-field.ts";

/** The smallest MTU that IPv4 allows (RFC 791 §3.2), and the most that a packet's length can say, bytes. */
const mtu = z.int().min(68).max(65_535);

/** What a network is to be. What text says of it (`docker network create -o`) is read from the same fields: see docs/network-options.md. */
export const networkSpec = z.strictObject({
  /** What people call it, beside its name; absent: nothing. */
  displayName: option(text(255, 1).optional(), {
    names: [displayNameOption],
    takes: "some text, at most 255 characters",
  }),
  /** How the network meets the world. */
  mode: option(z.enum(["nat", "isolated", "routed", "flat"]).default("nat"), { names: ["mode"] }),
  /** The physical network that carries it; absent: the hosts' tunnels do. */
  physicalNetwork: option(text(63, 1).optional(), {
    names: ["physicalnetwork"],
    takes: "the name of a physical network",
  }),
  /** Of 802.1Q; absent: the lowest that is free. */
  vlan: option(z.int().min(1).max(4_094).optional(), { names: ["vlanid"], takes: "a VLAN from 1 to 4094" }),
  /** The number by which tunnels tell it apart; absent: the lowest that is free. */
  vni: option(z.int().min(1).max(16_777_215).optional(), {
    names: ["vni"],
    takes: "a VNI from 1 to 16777215",
  }),
  /** Bytes; null: the most that fits the tunnels. */
  mtu: option(mtu.nullable().default(null), {
    names: ["mtu", "com.docker.network.driver.mtu"],
    takes: `a number of bytes from ${mtu.minValue} to ${mtu.maxValue}`,
  }),
  /** Whether every engine gets the network too. */
  scope: option(z.enum(["host", "cluster"]).default("cluster"), { names: ["scope"] }),
  /** What its containers may send; absent: `mac`. */
  portSecurity: option(z.enum(portSecurityLevels).optional(), { names: [portSecurityOption] }),
  /** Whether nothing answers as its containers' gateway. */
  disableGateway: option(z.boolean().optional(), { names: [disableGatewayOption] }),
  /** Whether hosts reach its containers; absent: they do. */
  hostAccess: option(z.boolean().optional(), { names: [hostAccessOption] }),
  /** Whether containers' questions for names are answered on their way to the server that they ask; absent: `on`. */
  dns: option(z.enum(dnsValues).optional(), { names: [dnsOption], read: readSwitch }),
  /** Whether what is sent to a group goes to its members alone; absent: to everybody. */
  multicast: option(z.boolean().optional(), { names: [multicastOption] }),
  /** Who gives containers their addresses of IPv4: Fairway, or the DHCP server of the LAN that the network is on; absent: `fairway`. */
  ipam: option(z.enum(ipamValues).optional(), { names: [ipamOption] }),
  /** Whether its containers reach each other; absent: they do. */
  icc: option(z.boolean().optional(), { names: [iccOption, dockersIccOption] }),
  /** Its route targets, to import and to export: networks of which one exports what the other imports reach each other; absent: none. */
  routeTargets: routeTargetsField(routeTargetOptions.both),
  /** Those to import alone. */
  importTargets: routeTargetsField(routeTargetOptions.import),
  /** Those to export alone. */
  exportTargets: routeTargetsField(routeTargetOptions.export),
  /** Whether nothing leads out of it. */
  internal: z.boolean().default(false),
  /** Whether containers of a swarm's services may be attached by hand; only engines heed it. */
  attachable: z.boolean().default(false),
  /** What else is kept and shown on it. */
  options: stringMap.default({}),
  labels: stringMap.default({}),
  subnets: z.array(subnetSpec).max(64).default([]),
});
export type NetworkSpec = z.output<typeof networkSpec>;

/** Whoever reads YAML may make a yes or no of `on` and `off`. */
function readSwitch(text: string): string {
  const isOn = isYes(text);
  return isOn === undefined ? text : isOn ? "on" : "off";
}
