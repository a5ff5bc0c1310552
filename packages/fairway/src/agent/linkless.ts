import type { HostEndpointItem } from "../api/types.ts";
import type { Agent } from "./agent.ts";
import type { HostState } from "./host-state.ts";
import type { Links } from "./links.ts";

export interface LinklessParts {
  readonly state: Pick<HostState, "items" | "fresh">;
  readonly agent: Pick<Agent, "isBusy">;
  readonly links: Pick<Links, "list">;
}

/**
 * Endpoints that this host must have and whose link the kernel has no more. A link goes with its container's network namespace, and a
 * new container gets a new endpoint: nobody will ever use these. One that somebody is working on is not among them.
 * @throws the signal's reason, where the center does not say in time what this host must have.
 */
export async function findLinkless(
  { state, agent, links }: LinklessParts,
  signal: AbortSignal,
): Promise<readonly HostEndpointItem[]> {
  await state.fresh(signal);
  // Before the look: what is being made during it may have got its link behind the look's back.
  const idle = [...state.items.values()].filter(
    (item): item is HostEndpointItem => item.kind === "endpoint" && !agent.isBusy(item.endpoint),
  );
  const linked = await links.list();
  return idle.filter(({ endpoint }) => !linked.has(endpoint) && !agent.isBusy(endpoint));
}
