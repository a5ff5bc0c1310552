import { isDeepStrictEqual } from "node:util";
import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { forgetUse } from "../docker/handle-removal.ts";
import { referred } from "../lookup.ts";
import { checkLeased, isLocal, modeOf, place } from "../physical-networks/placement.ts";
import { attachInZone } from "../routers/attachments.ts";
import { fitSubnets } from "../subnets/subnets.ts";
import { checkQuota } from "../tenancy/quotas.ts";
import { share } from "../tenancy/sharing.ts";
import { checkTargetLabels } from "./network-labels.ts";
import { changeNetwork, makeNetwork, noteChange, setRemoval } from "./network-rows.ts";
import { type NetworkSpec, networkSpec } from "./network-spec.ts";
import { type NetworkWish, optionsOfRow, specOf, subnetSpecsOf } from "./network-wish.ts";
import { checkInZone } from "./network-zone.ts";
import { putSubnets, type SubnetMakers } from "./subnet-changes.ts";

type Network = IntentRow<"Network">;

/** What containers that run and engines that have the network were told of it once and for all. */
const fixed = [
  "physicalNetwork",
  "vlan",
  "vni",
  "internal",
  "attachable",
  "disableGateway",
  "ipam",
  "scope",
] as const satisfies readonly (keyof NetworkSpec)[];

/** Makes a network that no engine made. Throws `conflict` where another has its name. @param zone that of its name. */
export function makeWished(
  draft: Draft,
  { uuid, zone }: { readonly uuid: string; readonly zone: IntentRow<"Zone"> | undefined },
  wish: NetworkWish,
  makers: SubnetMakers,
): Network {
  const { name, spec, subnets = [{}], subnetOptions, sharedWith = [] } = wish;
  const [taker] = draft.find("Network", "byName", name);
  if (taker !== undefined) throw nameTaken(draft, taker);
  const { internal, attachable, mtu, labels, scope } = spec;
  checkTargetLabels({}, labels);
  const placement = place(draft, spec);
  if (isLocal(draft, placement))
    throw new FairwayError(
      "invalid",
      "a network on a physical network of type local belongs to one host: make it there, by docker network create",
    );
  const mode = modeOf(draft, placement, saidMode(spec));
  checkLeased(draft, placement, spec);
  if (spec.ipam === "dhcp" && subnets.some(({ cidr }) => cidr === undefined))
    throw new FairwayError("invalid", "ipam dhcp needs the LAN's subnet: say its cidr in `subnets`");
  const identity = {
    name,
    claimed: true,
    placement,
    mode,
    origin: "api",
    origin_host: null,
    removal: null,
    zone: zone?._uuid ?? null,
  } as const;
  if (zone !== undefined) checkQuota(draft, "networks", "Zone", zone);
  const row = makeNetwork(
    draft,
    uuid,
    { ...identity, host: undefined },
    { internal, attachable, mtu, labels, scope, options: optionsOfRow(spec) },
  );
  putSubnets(draft, row, subnets, makers);
  if (subnetOptions !== undefined) fitSubnets(draft, uuid, subnetOptions);
  if (zone !== undefined) {
    checkInZone(row);
    attachInZone(draft, zone, row);
  }
  share(draft, row, sharedWith);
  return referred(draft.get("Network", uuid));
}

/** A network without an engine of its own that is wished for again while it is being removed stays. */
export function keepWished(draft: Draft, { _uuid, origin, removal }: Network): Network {
  if (origin === "api" && removal !== null) {
    setRemoval(draft, _uuid, null);
    forgetUse(draft, _uuid);
  }
  return referred(draft.get("Network", _uuid));
}

/** The network of a name that is being removed and that no engine made; undefined where there is none. */
export function removedNetwork(view: View, name: string): Network | undefined {
  const [row] = view.find("Network", "byName", name);
  return row?.origin === "api" && row.removal !== null ? row : undefined;
}

/** Makes a network equal to a wish. Throws `invalid` naming what cannot change. */
export function applyWish(draft: Draft, row: Network, wish: NetworkWish, makers: SubnetMakers): Network {
  const { name, spec, subnets, subnetOptions, sharedWith } = wish;
  const before = specOf(row);
  if (name !== row.name) throw cannotChange("name", row.name);
  if (modeOf(draft, row, saidMode(spec)) !== row.mode) throw cannotChange("mode", row.mode);
  for (const field of fixed)
    if ((spec[field] ?? false) !== (before[field] ?? false))
      throw cannotChange(field, before[field] ?? false);
  checkTargetLabels(row.labels, spec.labels);
  const options = optionsOfRow(spec);
  const labelsDiffer = !isDeepStrictEqual({ ...row.labels }, spec.labels);
  const optionsDiffer = !isDeepStrictEqual(optionsOfRow(before), options);
  const mtuDiffers = row.mtu_asked !== spec.mtu;
  if (labelsDiffer || optionsDiffer || mtuDiffers)
    changeNetwork(draft, row, {
      mtu: spec.mtu,
      labels: spec.labels,
      // As an engine's user wrote them, for as long as they say the same.
      options: optionsDiffer || mtuDiffers ? options : row.options,
    });
  checkInZone(referred(draft.get("Network", row._uuid)));
  noteChange(draft, row, [
    ...(labelsDiffer ? ["labels" as const] : []),
    ...(mtuDiffers ? ["mtu" as const] : []),
    ...(optionsDiffer ? ["options" as const] : []),
  ]);
  changeSubnets(draft, row, () => {
    if (subnets !== undefined) putSubnets(draft, row, subnets, makers);
    if (subnetOptions !== undefined) fitSubnets(draft, row._uuid, subnetOptions);
  });
  if (sharedWith !== undefined) share(draft, row, sharedWith);
  return referred(draft.get("Network", row._uuid));
}

/** Runs what changes a network's subnets, and notes it where they are others afterwards. */
export function changeSubnets(draft: Draft, { _uuid }: Pick<Network, "_uuid">, change: () => void): void {
  const before = subnetSpecsOf(draft, _uuid);
  change();
  if (!isDeepStrictEqual(before, subnetSpecsOf(draft, _uuid)))
    noteChange(draft, referred(draft.get("Network", _uuid)), ["subnets"]);
}

/** Nobody need say that a network on a wire has the wire's mode. */
function saidMode({ mode, options }: NetworkWish["spec"]): NetworkWish["spec"] {
  const said: Record<string, string> = mode === "nat" ? {} : { mode };
  return { ...networkSpec.parse({}), mode, options: { ...options, ...said } };
}

function cannotChange(field: string, is: string | number | boolean): FairwayError {
  const detail = `${field} of a network cannot change: it is ${JSON.stringify(is)}; make another network`;
  return new FairwayError("invalid", detail, { fields: [{ field, detail }] });
}

function nameTaken(view: View, { name, origin_host, removal }: Network): FairwayError {
  const host = origin_host === null ? undefined : view.get("Host", origin_host)?.name;
  const made = host === undefined ? "" : `, made on host ${host}`;
  const detail = `name ${name} is taken by a network that is there${made}${removal === null ? "" : " and is being removed"}; choose another one`;
  return new FairwayError("conflict", detail, { fields: [{ field: "name", detail }] });
}
