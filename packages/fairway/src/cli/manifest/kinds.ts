import { z } from "zod";
import { newReservation } from "../../center/schemas/address.ts";
import { ipAddress } from "../../center/schemas/common.ts";
import { askedNetwork } from "../../center/schemas/network-request.ts";
import { physicalPortSpec } from "../../center/schemas/physical-network.ts";
import { physicalNetworkName, physicalNetworkSpec } from "../../center/schemas/physical-network-spec.ts";
import { newPolicy } from "../../center/schemas/policy.ts";
import { newPort } from "../../center/schemas/port.ts";
import { principalRequest } from "../../center/schemas/principal.ts";
import { networkReference, newRouter, routerInterfaceSpec } from "../../center/schemas/router.ts";
import { newSecurityGroup } from "../../center/schemas/security-group.ts";
import { newOrganization, newZone } from "../../center/schemas/tenancy.ts";
import { newVip } from "../../center/schemas/vip.ts";
import { fullGroupName, groupsOption, readGroups } from "../../group-names.ts";
import { isNameInZone, levelAbove, levelsOf } from "../../level-names.ts";

/**
 * What a manifest's documents say, by their kind. The fields are those of the API's requests, and mean the same.
 */
export const kinds = {
  PhysicalNetwork: z.strictObject({ name: physicalNetworkName, ...physicalNetworkSpec.shape }),
  PhysicalPort: z.strictObject({ physicalNetwork: physicalNetworkName, ...physicalPortSpec.shape }),
  Organization: newOrganization,
  /** Its name says of which domain it is. */
  Zone: newZone,
  Network: askedNetwork,
  /** With the networks that are attached to it. */
  Router: newRouter.extend({
    interfaces: z
      .array(routerInterfaceSpec.extend({ network: networkReference }))
      .max(256)
      .default([]),
  }),
  SecurityGroup: newSecurityGroup,
  Policy: newPolicy,
  Reservation: newReservation.omit({ id: true, subnet: true, family: true }).extend({ ip: ipAddress }),
  Port: newPort,
  /** Its members are there already. */
  Vip: newVip,
  /** Without its token: whoever applies the document gets a new one. */
  Principal: principalRequest.omit({ lifetime: true }).extend({ expires: newReservation.shape.expires }),
} as const;

export type Kind = keyof typeof kinds;

/** What a document of a kind says, with the defaults of what it leaves out. */
type Said<K extends Kind> = z.output<(typeof kinds)[K]>;

/** A document of any kind, or of one. */
export type Content<K extends Kind = Kind> = { readonly [Own in K]: { readonly kind: Own } & Said<Own> }[K];

export const kindNames = Object.keys(kinds) as readonly Kind[];

/** In the order in which they are made, and later ones may need earlier ones: an organization's routers, its domains, before their zones. */
const stages = [
  "PhysicalNetwork",
  "PhysicalPort",
  "Organization",
  "Domain",
  "Zone",
  "Network",
  "Router",
  "SecurityGroup",
  "Policy",
  "Reservation",
  "Port",
  "Vip",
  "Principal",
] as const satisfies readonly (Kind | "Domain")[];
type Stage = (typeof stages)[number];

/** When a document's turn is. */
export function stageOf(content: Content): Stage {
  return content.kind === "Router" && levelAbove(content.name) !== undefined ? "Domain" : content.kind;
}

/** Documents in the order in which they are made. */
export function inStages<D extends { readonly content: Content }>(documents: readonly D[]): readonly D[] {
  return needsFirst(stages.flatMap((stage) => documents.filter(({ content }) => stageOf(content) === stage)));
}

/** The same in their order, but each after those that it needs: a domain after the network that it leaves by. */
export function needsFirst<D extends { readonly content: Content }>(documents: readonly D[]): readonly D[] {
  const byKey = new Map(documents.map((each) => [keyOfContent(each.content), each]));
  const placed = new Set<D>();
  const place = (document: D | undefined): readonly D[] => {
    if (document === undefined || placed.has(document)) return [];
    placed.add(document);
    return [...needsOf(document.content).flatMap((needed) => place(byKey.get(needed))), document];
  };
  return documents.flatMap(place);
}

/** By which a document and an object of the cluster are the same: no other of its kind has it. */
function identityOf(content: Content): string {
  switch (content.kind) {
    case "PhysicalPort":
      return `${content.physicalNetwork}/${content.interface}${content.host === null ? "" : ` on ${content.host}`}`;
    case "Vip":
    case "Reservation":
      return `${content.ip}@${content.network}`;
    case "PhysicalNetwork":
    case "Organization":
    case "Zone":
    case "Network":
    case "Router":
    case "SecurityGroup":
    case "Policy":
    case "Port":
    case "Principal":
      return content.name;
  }
}

/** The other objects that it needs to be there, by kind and name. */
export function needsOf(content: Content): readonly string[] {
  switch (content.kind) {
    case "PhysicalPort":
      return [keyOf("PhysicalNetwork", content.physicalNetwork)];
    case "Network": {
      const wire = content.physicalNetwork ?? content.options?.["physicalnetwork"];
      const sharers = content.sharedWith ?? [];
      return [
        ...levelsAbove(content.name),
        ...sharers.map((name) => keyOf("Organization", name)),
        ...(wire === undefined ? [] : [keyOf("PhysicalNetwork", wire)]),
      ];
    }
    case "Router":
      return [
        ...levelsAbove(content.name),
        ...[...content.interfaces, ...(content.gateway ? [content.gateway] : [])].map(({ network }) =>
          keyOf("Network", network),
        ),
      ];
    case "Zone":
    case "SecurityGroup":
    case "Policy":
      return levelsAbove(content.name);
    case "Reservation":
      return [keyOf("Network", content.network)];
    case "Vip":
      return [keyOf("Network", content.network), ...content.members.map((name) => keyOf("Port", name))];
    case "Port": {
      const { network, organization } = content;
      return [
        keyOf("Network", network),
        ...(organization === undefined ? [] : [keyOf("Organization", organization)]),
        ...groupsOf(content),
      ];
    }
    case "PhysicalNetwork":
    case "Organization":
    case "Principal":
      return [];
  }
}

/** The security groups that a port is in; on an organization's network a name of one level is of that. */
function groupsOf({ network, options }: Content<"Port">): readonly string[] {
  const organization = isNameInZone(network) ? levelsOf(network)[0] : undefined;
  const names = readGroups(options[groupsOption] ?? "");
  return names.map((name) => keyOf("SecurityGroup", fullGroupName(organization, name)));
}

/** The levels that a full name is in: its zone, domain and organization. */
function levelsAbove(name: string): readonly string[] {
  const above = levelAbove(name);
  if (above === undefined) return [];
  const kind = (["Organization", "Router", "Zone"] as const)[levelsOf(above).length - 1];
  return kind === undefined ? [] : [keyOf(kind, above), ...levelsAbove(above)];
}

/** An object among those of all kinds. */
function keyOf(kind: Kind, identity: string): string {
  return `${kind} ${identity}`;
}

/** What a document says, or what an object of the cluster is, among those of all kinds. */
export function keyOfContent(content: Content): string {
  return keyOf(content.kind, identityOf(content));
}

const words: Readonly<Record<Kind, string>> = {
  PhysicalNetwork: "physical network",
  PhysicalPort: "physical port",
  Organization: "organization",
  Zone: "zone",
  Network: "network",
  Router: "router",
  SecurityGroup: "group",
  Policy: "policy",
  Reservation: "reservation",
  Port: "port",
  Vip: "VIP",
  Principal: "principal",
};

/** A document or object in words: `network blue`. */
export function titleOf(content: Content): string {
  return `${words[content.kind]} ${identityOf(content)}`;
}
