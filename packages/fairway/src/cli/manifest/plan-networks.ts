import { isDeepStrictEqual } from "node:util";
import type { Network } from "../../center/schemas/network.ts";
import { FairwayError } from "../../errors.ts";
import { networkOf, type Present } from "./describe-cluster.ts";
import { type Content, titleOf } from "./kinds.ts";
import { differences, type Planner, refuseChange, type Step, summaryOf, unchecked } from "./step.ts";

type Subnets = NonNullable<Content<"Network">["subnets"]>;

/** Physical networks have no revisions: the last who changes one wins. */
export const planPhysicalNetwork: Planner<"PhysicalNetwork"> = async ({ document, present }) => {
  const { content, place } = document;
  const { kind, name: physicalNetwork, type, ...said } = content;
  const wanted = { ...said, ranges: [...said.ranges].sort() };
  const common = { kind, title: titleOf(content), place } as const;
  if (present === undefined)
    return {
      ...common,
      mark: "+",
      details: summaryOf(content),
      carryOut: async (client) =>
        void (await client.createPhysicalNetwork({ physicalNetwork }, { type, ...wanted })),
    };
  const { kind: _, name: _2, type: typeNow, ...now } = present.content;
  refuseChange("physical network", { type: typeNow }, { type });
  const details = differences(now, wanted);
  if (details.length === 0) return undefined;
  return {
    ...common,
    mark: "~",
    details,
    carryOut: async (client) => void (await client.updatePhysicalNetwork({ physicalNetwork }, wanted)),
  };
};

export const planPhysicalPort: Planner<"PhysicalPort"> = async ({ client, document, present, isPending }) => {
  const { content, place } = document;
  const { kind, physicalNetwork, ...port } = content;
  const common = { kind, title: titleOf(content), place } as const;
  const carryOut: Step["carryOut"] = async (client) =>
    void (await client.addPhysicalPort({ physicalNetwork }, port));
  if (present !== undefined) {
    refuseChange("physical port", { options: present.content.options }, { options: port.options });
    const details = differences(
      { takeAddress: present.content.takeAddress },
      { takeAddress: port.takeAddress },
    );
    return details.length === 0 ? undefined : { ...common, mark: "~", details, carryOut };
  }
  if (!isPending("PhysicalNetwork", physicalNetwork)) await client.showPhysicalNetwork({ physicalNetwork });
  if (port.host !== null) await client.showHost({ host: port.host });
  return { ...common, mark: "+", details: [], carryOut };
};

export const planNetwork: Planner<"Network"> = async ({ client, document, present, isPending }) => {
  const { content, place } = document;
  const { kind, ...body } = content;
  const common = { kind, title: titleOf(content), place } as const;
  const wire = body.physicalNetwork ?? body.options?.["physicalnetwork"];
  const waits = wire !== undefined && isPending("PhysicalNetwork", wire);
  if (present === undefined) {
    if (!waits) await client.createNetwork({ "dry-run": true }, body);
    return {
      ...common,
      mark: "+",
      details: [...summaryOf(content), ...(waits ? [unchecked] : [])],
      carryOut: async (client) => void (await client.createNetwork({ "dry-run": false }, body)),
    };
  }
  if (present.isEngines && present.isBeingRemoved)
    throw new FairwayError(
      "conflict",
      "is being removed from the engines; apply the document when it is gone",
    );
  if (isDeepStrictEqual(content, present.content) && !present.isBeingRemoved) return undefined;
  const details = await changesOf(client, present, body);
  if (details.length === 0) return undefined;
  const ifMatch = present.revision;
  return {
    ...common,
    mark: "~",
    details,
    carryOut: async (client) =>
      void (await client.putNetwork({ reference: present.uuid, "dry-run": false }, body, { ifMatch })),
  };
};

/** The center itself says what would be: it knows what a document leaves open. */
async function changesOf(
  client: { readonly putNetwork: Parameters<Step["carryOut"]>[0]["putNetwork"] },
  { uuid, revision, content, isBeingRemoved }: Present<"Network">,
  body: Omit<Content<"Network">, "kind">,
): Promise<readonly string[]> {
  const would: Network = await client.putNetwork({ reference: uuid, "dry-run": true }, body);
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
