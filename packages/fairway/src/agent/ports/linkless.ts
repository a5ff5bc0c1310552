import type { HostEndpointItem } from "../../center/schemas/host-state.ts";
import type { HostState } from "../state/host-state.ts";
import type { Links } from "./links.ts";
import type { Plugger } from "./plugger.ts";

export interface LinklessParts {
  readonly state: Pick<HostState, "items" | "fresh">;
  readonly plugger: Pick<Plugger, "isBusy">;
  readonly links: Pick<Links, "list">;
}

/**
 * Endpoints that this host must have and whose link the kernel has no more. A link goes with its container's network namespace, and a
 * new container gets a new endpoint: nobody will ever use these. One that somebody is working on is not among them.
 * @throws the signal's reason, where the center does not say in time what this host must have.
 */
export async function findLinkless(
  { state, plugger, links }: LinklessParts,
  signal: AbortSignal,
): Promise<readonly HostEndpointItem[]> {
  await state.fresh(signal);
  // Before the look: what is being made during it may have got its link behind the look's back.
  const idle = [...state.items.values()].filter(
    (item): item is HostEndpointItem => item.kind === "endpoint" && !plugger.isBusy(item.endpoint),
  );
  const linked = await links.list();
  return idle.filter(({ endpoint }) => !linked.has(endpoint) && !plugger.isBusy(endpoint));
}
