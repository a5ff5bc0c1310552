import { isDeepStrictEqual } from "node:util";
import { check, fieldOf } from "../../check.ts";
import { FairwayError } from "../../errors.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { withEngineDriverOptions } from "../docker/engine-driver-options.ts";
import { readNetworkOptions } from "../docker/network-options.ts";
import { fieldOfOption, freeOptions, saidOptions, writeOptions } from "../option-text.ts";
import { revisionOf } from "../revision.ts";
import type { AskedNetwork, AskedSubnet, NetworkPatch } from "../schemas/network-request.ts";
import { mergePatch } from "../schemas/spec-shapes.ts";
import { subnetsOf } from "../subnets/network-subnets.ts";
import { subnetSpecOf } from "../subnets/specs-of-rows.ts";
import type { SubnetOptions } from "../subnets/subnet-options.ts";
import { type SubnetSpec, subnetPrefix } from "../subnets/subnet-spec.ts";
import { type NetworkSpec, networkSpec } from "./network-spec.ts";

type Network = IntentRow<"Network">;

/** What a network is to be, beside its subnets. */
const ownSpec = networkSpec.omit({ subnets: true });
type OwnSpec = Omit<NetworkSpec, "subnets">;

/** Those options of a network that have no column of their own. */
const inOptions = networkSpec.omit({ mode: true, mtu: true, scope: true });

/** What somebody wants a network to be. */
export interface NetworkWish {
  readonly name: string;
  readonly spec: OwnSpec;
  /** undefined: nothing was said of them. */
  readonly subnets: readonly AskedSubnet[] | undefined;
  /** What options said of all subnets together. */
  readonly subnetOptions: SubnetOptions | undefined;
  /** The names of the organizations with which it is shared; undefined: nothing was said of them. */
  readonly sharedWith: readonly string[] | undefined;
}

/** A network as a person asks for it, with the defaults of what was not said. Throws `invalid` naming the field. */
export function wishOf(asked: AskedNetwork): NetworkWish {
  const { name, subnets, sharedWith = [], ...said } = asked;
  const { fields, subnetOptions } = spoken(said);
  return { name, spec: sound(fields), subnets, subnetOptions, sharedWith };
}

/** A network as it is, with a change. Throws `invalid` naming the field. */
export function changedWish(
  row: Network,
  { name = row.name, subnets, sharedWith, ...said }: NetworkPatch,
): NetworkWish {
  const { fields, subnetOptions } = spoken(said);
  const asked = subnets as readonly AskedSubnet[] | undefined;
  return {
    name,
    spec: sound(mergePatch(specOf(row), fields)),
    subnets: asked,
    subnetOptions,
    sharedWith: sharedWith === null ? [] : sharedWith,
  };
}

/** A network's row in the words of its spec. What another hand has damaged of its options is as if it were not said. */
export function specOf(row: Network): OwnSpec {
  const { mode, mtu_asked: mtu, scope, internal, attachable, labels, options } = row;
  const columns = {
    mode,
    mtu,
    scope,
    internal,
    attachable,
    labels: { ...labels },
  };
  return { ...saidSoundly(options), ...columns, options: freeOptions(networkSpec, options) };
}

/** The options of a spec as the row of its network keeps them. */
export function optionsOfRow(spec: OwnSpec): Record<string, string> {
  return { ...spec.options, ...writeOptions(inOptions, spec) };
}

/** What each of a network's subnets is to be. */
export function subnetSpecsOf(view: View, network: string): readonly SubnetSpec[] {
  return subnetsOf(view, network).map((subnet) => subnetSpecOf(view, subnet));
}

/** The revision of what a network and its subnets are to be. */
export function revisionOfNetwork(view: View, row: Network): string {
  const { name, shared_with } = row;
  return revisionOf({
    name,
    spec: specOf(row),
    subnets: subnetSpecsOf(view, row._uuid),
    ...(shared_with.length > 0 && { sharedWith: [...shared_with].sort() }),
  });
}

type Said = Omit<NetworkPatch, "name" | "subnets" | "sharedWith">;

/** Moves what options say to the fields that say the same. */
function spoken({ options, ...fields }: Said): {
  readonly fields: object;
  readonly subnetOptions: SubnetOptions | undefined;
} {
  const given = Object.entries(options ?? {});
  const texts = Object.fromEntries(given.filter((entry): entry is [string, string] => entry[1] !== null));
  const { handle, subnet } = readNetworkOptions(texts);
  if (handle.network !== undefined || handle.mirror !== undefined)
    throw wrong(
      "options",
      "must not name another network: `network` and `mirror` are for networks that engines make",
    );
  const inText = saidOptions(networkSpec, withEngineDriverOptions(texts));
  if (inText.scope === "host")
    throw wrong("options.scope", 'must be "cluster": a network that no engine made is for every engine');
  const withdrawn = given.flatMap(([name, value]) => (value === null ? name : []));
  const ended = withdrawn.flatMap((name) => fieldOfOption(networkSpec, name) ?? []);
  const own = { ...Object.fromEntries(ended.map((field) => [field, null])), ...inText };
  for (const [field, value] of Object.entries(own)) {
    const other = (fields as Readonly<Record<string, unknown>>)[field];
    if (other !== undefined && !isDeepStrictEqual(other, value))
      throw wrong(
        field,
        `is ${JSON.stringify(other)}, and the options say ${JSON.stringify(value)}; say it once`,
      );
  }
  const isOfSubnets = (name: string) => name.startsWith(subnetPrefix);
  const gone = withdrawn.find(isOfSubnets);
  if (gone !== undefined) throw wrong(`options.${gone}`, "must be taken from the subnet itself: change that");
  const free = Object.entries(freeOptions(networkSpec, Object.fromEntries(given)));
  const kept = options === null ? null : Object.fromEntries(free.filter(([name]) => !isOfSubnets(name)));
  return {
    fields: { ...fields, ...own, ...(options !== undefined && { options: kept }) },
    subnetOptions: Object.keys(texts).some(isOfSubnets) ? subnet : undefined,
  };
}

function sound(fields: object): OwnSpec {
  const checked = check(ownSpec, fields);
  if (checked.ok) return checked.value;
  const faults = checked.faults.map((fault) => ({ field: fieldOf(fault), detail: fault.message }));
  throw new FairwayError("invalid", faults.map(({ detail }) => detail).join("; "), { fields: faults });
}

function saidSoundly(options: Readonly<Record<string, string>>): Partial<OwnSpec> {
  try {
    return saidOptions(inOptions, options);
  } catch {
    return {};
  }
}

function wrong(field: string, what: string): FairwayError {
  const detail = `${field} ${what}`;
  return new FairwayError("invalid", detail, { fields: [{ field, detail }] });
}
