import type { Router } from "../../center/schemas/router.ts";
import type { Present } from "./describe-cluster.ts";
import { type Content, titleOf } from "./kinds.ts";
import { differences, mapPatch, type Planner, summaryOf, unchecked } from "./step.ts";

type Interfaces = Content<"Router">["interfaces"];

/** A virtual router with the networks that are attached to it. A network that the document does not name is detached. */
export const planRouter: Planner<"Router"> = async ({ client, document, present, isPending }) => {
  const { content, place } = document;
  const { kind, name: router, interfaces, ...spec } = content;
  const common = { kind, title: titleOf(content), place } as const;
  const waits = interfaces.some(({ network }) => isPending("Network", network));
  if (present === undefined) {
    await client.putRouter({ router, "dry-run": true }, spec);
    for (const { network } of interfaces)
      if (!isPending("Network", network)) await client.showNetwork({ reference: network });
    return {
      ...common,
      mark: "+",
      details: [...summaryOf(content), ...(waits ? [unchecked] : [])],
      carryOut: async (client) => {
        await client.putRouter({ router, "dry-run": false }, spec);
        for (const { network, ...how } of interfaces)
          await client.attachNetwork({ router, network, "dry-run": false }, how);
        return undefined;
      },
    };
  }
  const now = present.content;
  const gone = now.interfaces.filter(({ network }) => !interfaces.some((each) => each.network === network));
  const changed = interfaces.filter((wanted) => {
    const known = now.interfaces.find(({ network }) => network === wanted.network);
    return known === undefined || differences(known, sorted(wanted)).length > 0;
  });
  const details = [
    ...differences(
      { routes: now.routes, labels: now.labels, options: now.options },
      { routes: spec.routes, labels: spec.labels, options: spec.options },
    ),
    ...changed.map(({ network }) => `network ${network}: attached`),
    ...gone.map(({ network }) => `network ${network}: detached`),
  ];
  if (details.length === 0) return undefined;
  const patch = {
    routes: mapPatch(now.routes, spec.routes),
    labels: mapPatch(now.labels, spec.labels),
    options: mapPatch(now.options, spec.options),
  };
  await client.updateRouter({ router, "dry-run": true }, patch);
  return {
    ...common,
    mark: "~",
    details: [...details, ...(waits ? [unchecked] : [])],
    ...(gone.length > 0 && {
      cuts: `what ${gone.map(({ network }) => network).join(", ")} and the router's other networks say to each other`,
    }),
    carryOut: async (client) => {
      for (const { network } of gone) await client.detachNetwork({ router, network, "dry-run": false });
      await client.updateRouter({ router, "dry-run": false }, patch);
      for (const { network, ...how } of changed)
        await client.attachNetwork({ router, network, "dry-run": false }, how);
      return undefined;
    },
  };
};

/** A router of the cluster, as a document says it. */
export function presentRouter({ uuid, revision, interfaces, ...router }: Router): Present<"Router"> {
  const { name, routes, labels, options } = router;
  const attached: Interfaces = interfaces.map(({ network, asked, options }) => ({
    network: network.name,
    addresses: asked,
    options,
  }));
  return {
    content: { kind: "Router", name, routes, labels, options, interfaces: attached },
    uuid,
    revision,
    isEngines: false,
    isBeingRemoved: false,
    users: interfaces.length,
  };
}

function sorted(wanted: Interfaces[number]): Interfaces[number] {
  return { ...wanted, addresses: wanted.addresses.toSorted() };
}
