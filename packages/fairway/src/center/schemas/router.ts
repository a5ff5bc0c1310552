import { z } from "zod";
import { longestKey, mostEntries } from "../../free-text.ts";
import { levelsPattern } from "../../level-names.ts";
import { ruleActions } from "../../rules.ts";
import { zonePolicies } from "../../zone-rules.ts";
import { cidr, components, ipAddress, stringMap, text, uuid } from "./common.ts";
import { patched } from "./spec-shapes.ts";

/** Names that a command line takes without quotes; an organization's router, its domain, has the organization's name before its own. */
export const routerName = z
  .string()
  .max(127)
  .regex(
    new RegExp(`^(?:[A-Za-z0-9][A-Za-z0-9_.-]{0,62}|${levelsPattern(2)})$`),
    "must be 1 to 63 letters, digits, dots, dashes and underscores, and begin with a letter or digit, e.g. office; " +
      "of a domain ORGANIZATION/DOMAIN, e.g. Enterprise/Domain",
  );

/** Where what a router's networks send to the world leaves: by hosts on an external network. */
export const gatewaySpec = z.strictObject({
  /** The external network: a VLAN or flat network, whose gateway leads on. */
  network: text(255, 1),
  /** By which hosts, in this order: the first that can is the way out. */
  hosts: z.array(text(255, 1)).min(1).max(5),
  /** The router's addresses there, one of each family at most; the lowest free one of a family in which none is named. */
  addresses: z.array(ipAddress).max(2).default([]),
  /** Whether what leaves gets the router's address; otherwise the external network must know the way back. */
  snat: z.boolean().default(true),
});
export type GatewaySpec = z.output<typeof gatewaySpec>;
components.add(gatewaySpec, { id: "GatewaySpec" });
const zonePolicy = z.enum(zonePolicies);
const zoneRules = z
  .record(text(longestKey), z.enum(ruleActions))
  .refine((map) => Object.keys(map).length <= mostEntries, `must have at most ${mostEntries} entries`);

/** What a virtual router is to be, beside the networks that are attached to it. */
export const routerSpec = z.strictObject({
  /** Static routes: by destination, the address that leads on. */
  routes: stringMap.default({}),
  /** Null or absent: what its networks send to the world leaves by each host. */
  gateway: gatewaySpec.nullable().optional(),
  /** Of a domain: what its zones may say to each other where no rule speaks of it; absent: `allow`. */
  zonePolicy: zonePolicy.optional(),
  /** Of a domain: what is done with what one zone says to another, e.g. `{"Web > Db/tcp/5432": "allow"}`; `*` is every zone. */
  zoneRules: zoneRules.optional(),
  labels: stringMap.default({}),
  /** What else is kept and shown on it. */
  options: stringMap.default({}),
});
components.add(routerSpec, { id: "RouterSpec" });

/** The same with its name, where no path says that. */
export const newRouter = routerSpec.extend({ name: routerName });
export type NewRouter = z.output<typeof newRouter>;
components.add(newRouter, { id: "NewRouter" });

/** A change of a router (RFC 7396): a route whose address is null goes, and so does a gateway that is null. */
export const routerPatch = z.strictObject({
  ...patched(routerSpec.omit({ gateway: true }).shape),
  gateway: z.strictObject(patched(gatewaySpec.shape)).nullable().optional(),
});
export type RouterPatch = z.output<typeof routerPatch>;
components.add(routerPatch, { id: "RouterPatch" });

/** How a network is attached to a router. */
export const routerInterfaceSpec = z.strictObject({
  /** By which addresses the router answers there, one of each subnet at most; of the others it answers as their gateway, but on a wire. */
  addresses: z.array(ipAddress).max(64).default([]),
  /** What else is kept and shown on it. */
  options: stringMap.default({}),
});
export type RouterInterfaceSpec = z.output<typeof routerInterfaceSpec>;
components.add(routerInterfaceSpec, { id: "RouterInterfaceSpec" });

const routerInterface = z.strictObject({
  uuid,
  network: z.strictObject({ uuid, name: z.string() }),
  /** By which addresses the router answers, with prefix lengths, IPv4 first. */
  addresses: z.array(cidr),
  /** Those of them that somebody chose. */
  asked: z.array(ipAddress),
  /** Under which ids somebody asked for it, each for one of its subnets; it goes with the last of them. */
  claims: z.record(z.string(), uuid),
  options: stringMap,
});

const routerGateway = z.strictObject({
  network: z.strictObject({ uuid, name: z.string() }),
  /** The router's addresses there, with prefix lengths, IPv4 first. */
  addresses: z.array(cidr),
  snat: z.boolean(),
  /** In the order in which they are the way out; `trouble` says why one cannot be. */
  hosts: z.array(z.strictObject({ name: z.string(), trouble: z.string().nullable() })),
  /** The host that is the way out at the moment; null where none is known to be. */
  active: z.string().nullable(),
});

export const router = z.strictObject({
  uuid,
  name: z.string(),
  /** The organization whose domain it is; null of one that is nobody's. */
  organization: z.string().nullable(),
  /** The full names of its zones. */
  zones: z.array(z.string()),
  routes: z.record(z.string(), z.string()),
  /** Null where what its networks send to the world leaves by each host. */
  gateway: routerGateway.nullable(),
  /** What its zones may say to each other where no rule speaks of it. */
  zonePolicy,
  zoneRules: z.record(z.string(), z.enum(ruleActions)),
  labels: stringMap,
  options: stringMap,
  /** The networks that are attached to it, by name. */
  interfaces: z.array(routerInterface),
  /** Another one after each change of what the router is to be. */
  revision: z.string(),
  /** What does not work at the moment, by part; empty when all is well. */
  status: stringMap,
});
export type Router = z.infer<typeof router>;
components.add(router, { id: "Router" });

/** A network, as requests call it. */
export const networkReference = text(255, 1).describe("A network's name, `name@host`, or UUID");
