import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "../../api/client.ts";
import { unlessNotFound } from "../../errors.ts";
import type { Present } from "./describe-cluster.ts";
import { type Content, identityOf, type Kind, titleOf } from "./kinds.ts";
import type { Step } from "./step.ts";

/** In the order in which they go: what hangs on others goes first. Principals never do. */
const order = [
  "Port",
  "Reservation",
  "Router",
  "Network",
  "PhysicalPort",
  "PhysicalNetwork",
] as const satisfies readonly Kind[];

/** How long a network without containers may take to go, and how often it is looked at meanwhile, ms. */
const goneMs = 20_000;
const lookMs = 200;

/** What goes because no document says it. What engines made stays, and what that needs. */
export function planRemovals(
  objects: readonly Present[],
  documents: readonly { readonly content: Content }[],
): readonly Step[] {
  const key = (content: Content) => `${content.kind} ${identityOf(content)}`;
  const said = new Set(documents.map(({ content }) => key(content)));
  const isUnsaid = (object: Present) => !said.has(key(object.content)) && !object.isEngines;
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
    if (content.kind === "PhysicalNetwork")
      return (
        !isNeeded(content.name) &&
        !staying.some((other) => other.kind === "PhysicalPort" && other.physicalNetwork === content.name)
      );
    if (content.kind === "PhysicalPort") return !isNeeded(content.physicalNetwork);
    // It goes with its network.
    return content.kind !== "Reservation" || !goingNetworks.has(content.network);
  };
  return order.flatMap((kind) =>
    objects
      .filter(({ content }) => content.kind === kind)
      .filter(goes)
      .map(removalOf),
  );
}

function removalOf(object: Present): Step {
  const { content, users } = object;
  const cuts = users === 0 ? undefined : cutBy(content, users);
  return {
    mark: "-",
    kind: content.kind,
    title: titleOf(content),
    details: [],
    cuts,
    carryOut: (client) => remove(client, object),
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

/** Waits for a network to be gone. Gives why it is not, where it takes too long; undefined: it is. */
async function untilGone(client: ApiClient, reference: string): Promise<string | undefined> {
  for (const end = performance.now() + goneMs; ; await sleep(lookMs)) {
    const network = await unlessNotFound(client.showNetwork({ reference }));
    if (network === undefined) return undefined;
    if (performance.now() > end) return network.status["removal"];
  }
}

async function remove(
  client: ApiClient,
  { content, uuid: reference, revision: ifMatch, users }: Present,
): Promise<string | undefined> {
  const parameters = { reference, "dry-run": false } as const;
  switch (content.kind) {
    case "Port":
      await client.removePort(parameters, { ifMatch });
      break;
    case "Reservation":
      await client.releaseReservation(parameters, { ifMatch });
      break;
    case "Network": {
      const { status } = await client.removeNetwork(parameters, { ifMatch });
      if (status["removal"] === "removed") return undefined;
      // What carries it goes after it. Engines say within some seconds that no container is on it.
      return users > 0 ? status["removal"] : untilGone(client, reference);
    }
    case "Router":
      for (const { network } of content.interfaces)
        await client.detachNetwork({ router: content.name, network, "dry-run": false });
      await client.removeRouter({ router: content.name, "dry-run": false });
      break;
    case "PhysicalPort": {
      const { physicalNetwork, interface: nic, host } = content;
      await client.removePhysicalPort({
        physicalNetwork,
        interface: nic,
        ...(host !== null && { host }),
      });
      break;
    }
    case "PhysicalNetwork":
      await client.removePhysicalNetwork({ physicalNetwork: content.name });
      break;
    case "Principal":
  }
  return undefined;
}
