import { isDeepStrictEqual } from "node:util";
import type { Network } from "../../center/schemas/network.ts";
import { FairwayError } from "../../errors.ts";
import { networkOf, type Present } from "./describe-cluster.ts";
import { type Content, titleOf } from "./kinds.ts";
import { differences, mapPatch, type Planner, refuseChange, summaryOf } from "./step.ts";

type Subnets = NonNullable<Content<"Network">["subnets"]>;

export const planPhysicalNetwork: Planner<"PhysicalNetwork"> = ({ document, present }) => {
  const { content, place } = document;
  const { kind, name: physicalNetwork, type, ...said } = content;
  const wanted = { ...said, ranges: [...said.ranges].sort(), peers: [...said.peers].sort() };
  const common = { kind, title: titleOf(content), place } as const;
  const parameters = { physicalNetwork };
  if (present === undefined)
    return {
      ...common,
      mark: "+",
      details: summaryOf(content),
      changes: [{ operation: "createPhysicalNetwork", parameters, body: { type, ...wanted } }],
    };
  const { kind: _, name: _2, type: typeNow, ...now } = present.content;
  refuseChange("physical network", { type: typeNow }, { type });
  const details = differences(now, wanted);
  if (details.length === 0) return undefined;
  const body = { ...wanted, options: mapPatch(now.options, wanted.options) };
  const ifMatch = present.revision;
  return {
    ...common,
    mark: "~",
    details,
    changes: [{ operation: "updatePhysicalNetwork", parameters, body, ifMatch }],
  };
};

export const planPhysicalPort: Planner<"PhysicalPort"> = ({ document, present }) => {
  const { content, place } = document;
  const { kind, physicalNetwork, ...port } = content;
  const common = { kind, title: titleOf(content), place } as const;
  if (present === undefined)
    return {
      ...common,
      mark: "+",
      details: [],
      changes: [{ operation: "addPhysicalPort", parameters: { physicalNetwork }, body: port }],
    };
  const { options, takeAddress } = present.content;
  const details = differences(
    { takeAddress, options },
    { takeAddress: port.takeAddress, options: port.options },
  );
  if (details.length === 0) return undefined;
  const { interface: nic, host } = port;
  const parameters = { physicalNetwork, interface: nic, ...(host !== null && { host }) };
  const body = { takeAddress: port.takeAddress, options: mapPatch(options, port.options) };
  const ifMatch = present.revision;
  return {
    ...common,
    mark: "~",
    details,
    changes: [{ operation: "updatePhysicalPort", parameters, body, ifMatch }],
  };
};

export const planNetwork: Planner<"Network"> = ({ document, present }) => {
  const { content, place } = document;
  const { kind, ...body } = content;
  const common = { kind, title: titleOf(content), place } as const;
  if (present === undefined)
    return {
      ...common,
      mark: "+",
      details: summaryOf(content),
      changes: [{ operation: "createNetwork", body }],
    };
  if (present.isEngines && present.isBeingRemoved)
    throw new FairwayError(
      "conflict",
      "is being removed from the engines; apply the document when it is gone",
    );
  if (isDeepStrictEqual(content, present.content) && !present.isBeingRemoved) return undefined;
  const ifMatch = present.revision;
  return {
    ...common,
    mark: "~",
    details: [],
    detailsOf: (would) => changesOf(present, would as Network),
    changes: [{ operation: "putNetwork", parameters: { reference: present.uuid }, body, ifMatch }],
  };
};

/** The center itself says what would be: it knows what a document leaves open. */
function changesOf(
  { revision, content, isBeingRemoved }: Present<"Network">,
  would: Network,
): readonly string[] {
  const stays = isBeingRemoved ? ["it stays: its removal is cancelled"] : [];
  if (would.revision === revision) return stays;
  const { subnets: before = [], ...own } = content;
  const { subnets: after = [], ...ownThen } = networkOf(would).content;
  return [...stays, ...differences(own, ownThen), ...subnetChanges(before, after)];
}

function subnetChanges(before: Subnets, after: Subnets): readonly string[] {
  const [known, wanted] = [byCidr(before), byCidr(after)];
  return [
    ...[...wanted.keys()].filter((cidr) => !known.has(cidr)).map((cidr) => `subnet ${cidr}: none → made`),
    ...[...known.keys()].filter((cidr) => !wanted.has(cidr)).map((cidr) => `subnet ${cidr}: removed`),
    ...[...wanted].flatMap(([cidr, subnet]) =>
      known.has(cidr)
        ? differences(known.get(cidr) ?? {}, subnet).map((line) => `subnet ${cidr}: ${line}`)
        : [],
    ),
  ];
}

function byCidr(subnets: Subnets): ReadonlyMap<string, Subnets[number]> {
  return new Map(subnets.map((subnet) => [subnet.cidr ?? "", subnet]));
}
