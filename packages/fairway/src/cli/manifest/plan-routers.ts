import type { Router } from "../../center/schemas/router.ts";
import { bareAddress, canonicalIp } from "../../ip.ts";
import { canonicalZoneRules } from "../../zone-rules.ts";
import type { Present } from "./describe-cluster.ts";
import { type Content, titleOf } from "./kinds.ts";
import { type Change, differences, mapPatch, type Planner, summaryOf } from "./step.ts";

type Interfaces = Content<"Router">["interfaces"];
type Gateway = NonNullable<Content<"Router">["gateway"]>;

/** A virtual router with the networks that are attached to it. A network that the document does not name is detached. */
export const planRouter: Planner<"Router"> = ({ document, present }) => {
  const { content, place } = document;
  const { kind, name, interfaces, ...spec } = content;
  const common = { kind, title: titleOf(content), place } as const;
  const attach = ({ network, ...body }: Interfaces[number]): Change => ({
    operation: "attachNetwork",
    parameters: { router: name, network },
    body,
  });
  if (present === undefined) {
    const create: Change = { operation: "createRouter", body: { name, ...spec } };
    const details = summaryOf(content);
    return { ...common, mark: "+", details, changes: [create, ...interfaces.map(attach)] };
  }
  const now = present.content;
  const gone = now.interfaces.filter(({ network }) => !interfaces.some((each) => each.network === network));
  const changed = interfaces.filter((wanted) => {
    const known = now.interfaces.find(({ network }) => network === wanted.network);
    return known === undefined || differences(known, sorted(wanted)).length > 0;
  });
  const gateway = spec.gateway ?? null;
  const isLed = isSameGateway(now.gateway ?? null, gateway);
  const details = [
    ...differences(
      { routes: now.routes, ...policyOf(now), labels: now.labels, options: now.options },
      { routes: spec.routes, ...policyOf(spec), labels: spec.labels, options: spec.options },
    ),
    ...(isLed ? [] : [gateway === null ? "gateway: cleared" : `gateway: network ${gateway.network}`]),
    ...changed.map(({ network }) => `network ${network}: attached`),
    ...gone.map(({ network }) => `network ${network}: detached`),
  ];
  if (details.length === 0) return undefined;
  const update: Change = {
    operation: "updateRouter",
    parameters: { router: name },
    body: {
      routes: mapPatch(now.routes, spec.routes),
      labels: mapPatch(now.labels, spec.labels),
      options: mapPatch(now.options, spec.options),
      ...(!isLed && { gateway }),
      ...policyPatch(now, spec),
    },
    ifMatch: present.revision,
  };
  return {
    ...common,
    mark: "~",
    details,
    ...(gone.length > 0 && {
      cuts: `what ${gone.map(({ network }) => network).join(", ")} and the router's other networks say to each other`,
    }),
    changes: [update, ...gone.map(({ network }) => detachment(name, network)), ...changed.map(attach)],
  };
};

type ZonePolicy = Pick<Content<"Router">, "zonePolicy" | "zoneRules">;

/** What a domain's zones may say to each other, with the defaults of what is left out. */
function policyOf({ zonePolicy = "allow", zoneRules = {} }: ZonePolicy) {
  return { zonePolicy, zoneRules: canonicalZoneRules(zoneRules) };
}

function policyPatch(now: ZonePolicy, spec: ZonePolicy) {
  const [before, after] = [policyOf(now), policyOf(spec)];
  return { zonePolicy: after.zonePolicy, zoneRules: mapPatch(before.zoneRules, after.zoneRules) };
}

/** What takes a router away, with what is attached to it. */
export function routerRemoval({ content: { name, interfaces }, revision }: Present<"Router">): Change[] {
  const [first, ...others] = interfaces.map(({ network }) => detachment(name, network));
  const remove = { operation: "removeRouter", parameters: { router: name } } as const;
  // A router is another with each network that goes: who changed it meanwhile is seen by the first change.
  if (first === undefined) return [{ ...remove, ifMatch: revision }];
  return [{ ...first, ifMatch: revision }, ...others, remove];
}

/** A router of the cluster, as a document says it. */
export function presentRouter({
  uuid,
  revision,
  organization,
  interfaces,
  ...router
}: Router): Present<"Router"> {
  const { name, routes, zonePolicy, zoneRules, labels, options, gateway } = router;
  // Those of a domain are its zones' networks, which say so themselves.
  const own = organization === null ? interfaces : [];
  const attached: Interfaces = own.map(({ network, asked, options }) => ({
    network: network.name,
    addresses: asked,
    options,
  }));
  return {
    content: {
      kind: "Router",
      name,
      routes,
      ...(gateway !== null && {
        gateway: {
          network: gateway.network.name,
          hosts: gateway.hosts.map((host) => host.name),
          addresses: gateway.addresses.map(bareAddress),
          snat: gateway.snat,
        },
      }),
      ...(organization !== null && { zonePolicy, zoneRules }),
      labels,
      options,
      interfaces: attached,
    },
    uuid,
    revision,
    isEngines: false,
    isBeingRemoved: false,
    users: interfaces.length,
  };
}

/** Addresses that the document does not name are any. */
function isSameGateway(now: Gateway | null, wanted: Gateway | null): boolean {
  if (now === null || wanted === null) return now === wanted;
  const addresses = wanted.addresses.every((ip) => now.addresses.includes(canonicalIp(ip)))
    ? now.addresses
    : wanted.addresses;
  return differences(now, { ...wanted, addresses }).length === 0;
}

function detachment(router: string, network: string) {
  return { operation: "detachNetwork", parameters: { router, network } } as const;
}

function sorted(wanted: Interfaces[number]): Interfaces[number] {
  return { ...wanted, addresses: wanted.addresses.toSorted() };
}
