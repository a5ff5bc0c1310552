import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { PhysicalNetwork } from "../../center/schemas/physical-network.ts";
import {
  type PhysicalType,
  physicalNetworkChange,
  physicalNetworkName,
  physicalNetworkSpec,
} from "../../center/schemas/physical-network-spec.ts";
import { FairwayError } from "../../errors.ts";
import { type Kind, verb } from "./call.ts";
import { keptOf, orNothing, read, segmentRanges, shownOf, wholeNumber } from "./values.ts";

/** What VLCP calls a type, and the parameter that has its ranges. */
const typeWords = {
  vlan: { word: "vlan", ranges: "vlanrange" },
  overlay: { word: "vxlan", ranges: "vnirange" },
  flat: { word: "native", ranges: undefined },
  local: { word: "local", ranges: undefined },
  vtep: { word: "vtep", ranges: "vnirange" },
} as const satisfies Record<PhysicalType, { readonly word: string; readonly ranges: string | undefined }>;

const changeable = {
  vlanrange: orNothing(segmentRanges),
  vnirange: orNothing(segmentRanges),
  mtu: orNothing(wholeNumber),
};

const wanted = z.object({
  type: z.string().default("vlan"),
  id: orNothing(physicalNetworkName),
  ...changeable,
});
const changed = z.object({ id: physicalNetworkName, ...changeable });

/** VLCP's physical networks: Fairway's, whose name is VLCP's `id`. */
export const physicalNetworks: Kind = {
  noun: "physicalnetwork",
  list: "networks",
  filters: [],
  find: (_filter, { center, context }) => center.physicalNetworks.list({}, context).map(physicalNetworkShown),
  create: verb({
    schema: wanted,
    keepsUnknown: true,
    key: ({ id }) => id ?? "",
    run: async ({ type: word, id = randomUUID(), mtu, ...said }, given, { center, nouns, context }) => {
      const type = typeOf(word);
      const { word: own, ranges: name } = typeWords[type];
      const ranges = rangesOf(type, said);
      if (name !== undefined && ranges === undefined)
        throw new FairwayError(
          "invalid",
          `${name} is missing; physical networks of type ${own} need it, e.g. [[1000, 1100]]`,
        );
      if (center.physicalNetworks.list({}, context).some((each) => each.name === id))
        throw new FairwayError("conflict", `physical network ${id} is there already; choose another id`);
      const spec = read(physicalNetworkSpec, {
        type,
        ranges: ranges ?? [],
        mtu: mtu ?? null,
        options: keptOf(wanted, given),
      });
      await nouns.physicalNetworks.create(id, spec, {}, context);
      return () => physicalNetworkShown(center.physicalNetworks.show(id, context));
    },
  }),
  update: verb({
    schema: changed,
    keepsUnknown: true,
    key: ({ id }) => id,
    run: async ({ id, mtu, ...said }, given, { center, nouns, context }) => {
      if ("type" in given)
        throw new FairwayError("invalid", "type of a physical network cannot change; make another network");
      const { type } = center.physicalNetworks.show(id, context);
      const ranges = rangesOf(type, said);
      const change = read(physicalNetworkChange, {
        ...(ranges !== undefined && { ranges }),
        ...(mtu !== undefined && { mtu }),
        options: keptOf(changed, given),
      });
      await nouns.physicalNetworks.update(id, change, {}, context);
      return () => physicalNetworkShown(center.physicalNetworks.show(id, context));
    },
  }),
  delete: verb({
    schema: z.strictObject({ id: physicalNetworkName }),
    keepsUnknown: false,
    key: ({ id }) => id,
    run: async ({ id }, _given, { center, nouns, context }) => {
      center.physicalNetworks.show(id, context);
      await nouns.physicalNetworks.remove(id, {}, context);
      return undefined;
    },
  }),
};

/** A physical network as VLCP shows it. */
export function physicalNetworkShown({
  name,
  type,
  ranges,
  mtu,
  options,
  status,
}: PhysicalNetwork): Record<string, unknown> {
  const { word, ranges: rangesName } = typeWords[type];
  return {
    ...shownOf(options),
    id: name,
    type: word,
    ...(rangesName !== undefined && {
      [rangesName]: ranges.map(pairOf).sort(([one], [other]) => one - other),
    }),
    ...(mtu !== null && { mtu }),
    ...(Object.keys(status).length > 0 && { status }),
  };
}

function typeOf(word: string): PhysicalType {
  const { success, data } = physicalNetworkSpec.shape.type.safeParse(word);
  if (success) return data;
  throw new FairwayError(
    "invalid",
    `type must be vlan, vxlan, native, local or vtep; it is ${JSON.stringify(word.slice(0, 80))}`,
  );
}

type Ranges = readonly (readonly [number, number])[] | undefined;

/** The ranges as Fairway writes them; undefined where none are said. Throws `invalid` for those of another type. */
function rangesOf(
  type: PhysicalType,
  said: { readonly vlanrange?: Ranges; readonly vnirange?: Ranges },
): string[] | undefined {
  const { word, ranges: own } = typeWords[type];
  for (const name of ["vlanrange", "vnirange"] as const)
    if (name !== own && said[name] !== undefined)
      throw new FairwayError(
        "invalid",
        `${name} is not for type ${word}${own === undefined ? ", which has no ranges" : `; say ${own}`}`,
      );
  return own === undefined ? undefined : said[own]?.map(([first, last]) => `${first}-${last}`);
}

function pairOf(range: string): readonly [number, number] {
  const [first, last = first] = range.split("-").map(Number);
  return [first ?? 0, last ?? 0];
}
