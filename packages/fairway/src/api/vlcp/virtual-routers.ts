import { randomUUID } from "node:crypto";
import { z } from "zod";
import { newRouter, type Router, routerName, routerPatch } from "../../center/schemas/router.ts";
import { FairwayError } from "../../errors.ts";
import { canonicalCidr } from "../../ip.ts";
import { type Kind, verb, type Work } from "./call.ts";
import { keptOf, orNothing, read, routePairs, shownOf } from "./values.ts";

const wanted = z.object({ id: orNothing(routerName), routes: orNothing(routePairs) });
const changed = z.object({ id: routerName, routes: orNothing(routePairs) });

/** VLCP's virtual routers: Fairway's routers, whose name is VLCP's `id`. */
export const virtualRouters: Kind = {
  noun: "virtualrouter",
  list: "routers",
  module: "vrouterapi",
  filters: ["id"],
  find: ({ id }, { center, context }) =>
    center.routers
      .list({}, context)
      .filter(({ name }) => id === undefined || name === id)
      .map(shown),
  create: verb({
    schema: wanted,
    keepsUnknown: true,
    key: ({ id }) => id ?? "",
    run: async ({ id = randomUUID(), routes: said = [] }, given, { nouns, ...work }) => {
      const body = read(newRouter, { name: id, routes: mapOf(said), options: keptOf(wanted, given) });
      await nouns.routers.create(body, {}, work.context);
      return () => shown(theRouter(id, work));
    },
  }),
  update: verb({
    schema: changed,
    keepsUnknown: true,
    key: ({ id }) => id,
    run: async ({ id, routes: said }, given, { nouns, ...work }) => {
      const before = Object.keys(theRouter(id, work).routes).map((destination) => [destination, null]);
      const patch = read(routerPatch, {
        ...(said !== undefined && { routes: { ...Object.fromEntries(before), ...mapOf(said) } }),
        options: keptOf(changed, given),
      });
      await nouns.routers.update(id, patch, {}, work.context);
      return () => shown(theRouter(id, work));
    },
  }),
  delete: verb({
    schema: z.strictObject({ id: routerName }),
    keepsUnknown: false,
    key: ({ id }) => id,
    run: async ({ id }, _given, { nouns, ...work }) => {
      await nouns.routers.remove(theRouter(id, work).name, {}, work.context);
      return undefined;
    },
  }),
};

/** The router of an id. Throws `not_found`. */
export function theRouter(id: string, { center, context }: Work): Router {
  const router = center.routers.list({ name: id }, context).find(({ name }) => name === id);
  if (router !== undefined) return router;
  throw new FairwayError("not_found", `no virtual router "${id}"; listvirtualrouters lists them`);
}

/** A router as VLCP shows it. */
export function shown({ uuid, name, routes: known, options }: Router): object {
  return { ...shownOf(options), id: name, uuid, routes: Object.entries(known) };
}

function mapOf(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(pairs.map(([destination, nextHop]) => [canonicalCidr(destination), nextHop]));
}
