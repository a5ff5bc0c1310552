import type { HostEndpointItem } from "../center/schemas/host-state.ts";
import { FairwayError, messageOf } from "../errors.ts";
import { bareAddress, canonicalIp } from "../ip.ts";
import { type Call, unlessUnknown } from "./call.ts";
import type { Edge } from "./edge.ts";
import { purge } from "./stale-objects.ts";

/**
 * Asks for what only one endpoint can hold: an address, a MAC, a port of the host; or for one more where nothing is left. Where an endpoint of this host is in the
 * way whose link is gone, its container is gone, too, and only its engine's release was lost: it is removed, and the wish is tried once more.
 * The kernel tells that, and not the engine, which answers nobody while it boots.
 * @param holds whether an endpoint has what is asked for.
 * @throws what `work` throws.
 */
export async function takingOver<Answer>(
  edge: Edge,
  call: Call,
  holds: (item: HostEndpointItem) => boolean,
  work: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FairwayError) || !isHeld(error)) throw error;
    // Of what is used up each has a part.
    const isInTheWay = error.code === "exhausted" ? () => true : holds;
    if (!(await purgeLinkless(edge, call, isInTheWay))) throw error;
    return work();
  }
}

/** Whether an endpoint has one of these addresses. */
export function hasAddress(
  { addresses }: Pick<HostEndpointItem, "addresses">,
  asked: readonly string[],
): boolean {
  const own = new Set(addresses.map((address) => canonicalIp(bareAddress(address))));
  return asked.some((address) => own.has(canonicalIp(address)));
}

function isHeld({ code }: FairwayError): boolean {
  return code === "conflict" || code === "exhausted";
}

/** @returns whether there was one. */
async function purgeLinkless(
  { api, agent, hostName: host, live, underway }: Edge,
  { logger, request, signal }: Call,
  holds: (item: HostEndpointItem) => boolean,
): Promise<boolean> {
  // Before the links are read: an endpoint whose call ends meanwhile has its port by then.
  const inTheMaking = new Set(underway);
  let isOneGone = false;
  try {
    for (const item of await agent.linkless(signal)) {
      const { endpoint, engine, addresses } = item;
      if (engine === null || inTheMaking.has(engine.endpointId) || !holds(item)) continue;
      const { networkId, endpointId: engineId } = engine;
      logger.warn(
        { gone: endpoint, addresses },
        "an endpoint without a link holds what is asked for; its container is gone, and so is it",
      );
      const gone = {
        kind: "endpoint",
        key: item.key,
        engineId,
        networkId,
        endpoint,
        addresses,
        request,
      } as const;
      await unlessUnknown(purge(gone, { api, agent, host, signal }));
      live.delete(engineId);
      isOneGone = true;
    }
  } catch (error) {
    logger.warn({ error: messageOf(error) }, "an endpoint without a link was not removed");
  }
  return isOneGone;
}
