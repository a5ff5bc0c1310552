import type { Present } from "./describe-cluster.ts";
import { type Content, type Kind, keyOfContent, needsFirst, needsOf, stageOf, titleOf } from "./kinds.ts";
import { routerRemoval } from "./plan-routers.ts";
import type { Change, Step } from "./step.ts";

/** In the order in which they go: what hangs on others goes first. Principals never do. */
const order = [
  "Vip",
  "Port",
  "Reservation",
  "Router",
  "Policy",
  "SecurityGroup",
  "Network",
  "Zone",
  "Domain",
  "Organization",
  "PhysicalPort",
  "PhysicalNetwork",
] as const satisfies readonly ReturnType<typeof stageOf>[];

interface Removals {
  readonly steps: readonly Step[];
  /** What carries networks among `steps`: it goes when they are gone, and engines take some seconds to say so. */
  readonly later: readonly Step[];
}

/** What goes because no document says it. What engines made stays, and what that needs. */
export function planRemovals(
  objects: readonly Present[],
  documents: readonly { readonly content: Content }[],
): Removals {
  const said = new Set(documents.map(({ content }) => keyOfContent(content)));
  const isUnsaid = (object: Present) => !said.has(keyOfContent(object.content)) && !object.isEngines;
  // One that is in use goes later, and what carries it with another run.
  const stays = (object: Present) =>
    !isUnsaid(object) || (object.content.kind === "Network" && object.users > 0);
  const staying = objects.filter(stays).map(({ content }) => content);
  const goingNetworks = new Set(
    objects.filter(isUnsaid).flatMap(({ content }) => (content.kind === "Network" ? content.name : [])),
  );
  const isNeeded = (physicalNetwork: string) =>
    staying.some(
      (content) => content.kind === "Network" && content.options?.["physicalnetwork"] === physicalNetwork,
    );
  const goes = (object: Present): boolean => {
    const { content, isBeingRemoved } = object;
    if (!isUnsaid(object) || isBeingRemoved) return false;
    // With another run, when nobody is in it.
    if (content.kind === "SecurityGroup" && object.users > 0) return false;
    if (content.kind === "PhysicalNetwork")
      return (
        !isNeeded(content.name) &&
        !staying.some((other) => other.kind === "PhysicalPort" && other.physicalNetwork === content.name)
      );
    if (content.kind === "PhysicalPort") return !isNeeded(content.physicalNetwork);
    if (staying.some((other) => needsOf(other).includes(keyOfContent(content)))) return false;
    // It goes with its network.
    return (content.kind !== "Reservation" && content.kind !== "Vip") || !goingNetworks.has(content.network);
  };
  const inOrder = order.flatMap((stage) =>
    objects.filter(({ content }) => stageOf(content) === stage).filter(goes),
  );
  const going = needsFirst(inOrder.toReversed()).toReversed();
  const carriers = new Set(
    going.flatMap(({ content }) => (content.kind === "Network" ? needsOf(content) : [])),
  );
  const isCarrier = ({ content }: Present) =>
    content.kind === "PhysicalPort"
      ? needsOf(content).some((needed) => carriers.has(needed))
      : carriers.has(keyOfContent(content));
  return {
    steps: going.filter((object) => !isCarrier(object)).map(removalOf),
    later: going.filter(isCarrier).map(removalOf),
  };
}

function removalOf(object: Present): Step {
  const { content, users } = object;
  return {
    mark: "-",
    kind: content.kind,
    title: titleOf(content),
    details: [],
    cuts: users === 0 ? undefined : cutBy(content, users),
    changes: changesOf(object),
  };
}

function cutBy(content: Content, users: number): string | undefined {
  if (content.kind === "Network")
    return `nothing yet: it has ${users === 1 ? "a container or port" : `${users} containers or ports`}, and goes when it has none`;
  if (content.kind === "Router") return "what its networks say to each other";
  if (content.kind === "Port") return "what is plugged as it";
  if (content.kind === "PhysicalPort") return `what the networks on ${content.physicalNetwork} send by it`;
  return undefined;
}

function changesOf(object: Present): readonly Change[] {
  const { content } = object;
  return content.kind === "Router"
    ? routerRemoval({ ...object, content })
    : [changeOf({ ...object, content })];
}

function changeOf({ content, uuid: reference, revision: ifMatch }: Present<Exclude<Kind, "Router">>): Change {
  const parameters = { reference };
  switch (content.kind) {
    case "Port":
      return { operation: "removePort", parameters, ifMatch };
    case "Vip":
      return { operation: "removeVip", parameters: { vip: reference }, ifMatch };
    case "Reservation":
      return { operation: "releaseReservation", parameters, ifMatch };
    case "Network":
      return { operation: "removeNetwork", parameters, ifMatch };
    case "PhysicalPort": {
      const { physicalNetwork, interface: nic, host } = content;
      const named = { physicalNetwork, interface: nic, ...(host !== null && { host }) };
      return { operation: "removePhysicalPort", parameters: named, ifMatch };
    }
    case "Zone":
      return { operation: "removeZone", parameters: { zone: content.name }, ifMatch };
    case "SecurityGroup":
      return { operation: "removeSecurityGroup", parameters: { group: content.name }, ifMatch };
    case "Policy":
      return { operation: "removePolicy", parameters: { policy: content.name }, ifMatch };
    case "Organization":
      return { operation: "removeOrganization", parameters: { organization: content.name }, ifMatch };
    case "PhysicalNetwork": {
      const named = { physicalNetwork: content.name };
      return { operation: "removePhysicalNetwork", parameters: named, ifMatch };
    }
    case "Principal":
      return { operation: "removePrincipal", parameters: { name: content.name } };
  }
}
