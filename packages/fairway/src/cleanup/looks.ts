import { linkNames } from "../agent/ports/link-names.ts";
import type { Links } from "../agent/ports/links.ts";
import type { Plugger } from "../agent/ports/plugger.ts";
import type { Ports } from "../agent/ports/ports.ts";
import type { HostState } from "../agent/state/host-state.ts";
import type { ApiClient } from "../api/client.ts";
import { type EngineLists, findStaleObjects, purge, type StaleObject } from "../docker/stale-objects.ts";
import { FairwayError } from "../errors.ts";
import type { Leftover } from "./leftover.ts";

/** What a look needs of this host. */
export interface Here {
  readonly links: Links;
  readonly ports: Ports;
  readonly plugger: Pick<Plugger, "unplug">;
}

/** And of those who know what should be there. */
export interface Truth {
  readonly state: Pick<HostState, "items" | "isFresh">;
  readonly engine: EngineLists;
  readonly api: Pick<ApiClient, "deleteDockerNetwork" | "purgeDockerEndpoint">;
  readonly hostName: string;
}

/**
 * By the center's word and the engine's lists: what the engine has forgotten, and ports that the center does not want.
 * @throws where one of the two does not answer.
 */
export async function lookByCenter(
  here: Here,
  truth: Truth,
  signal: AbortSignal,
): Promise<readonly Leftover[]> {
  const { state, engine } = truth;
  if (!state.isFresh) throw new FairwayError("unavailable", "The center went away meanwhile; try again");
  const items = [...state.items.values()];
  const stale = await findStaleObjects(items, engine, signal);
  const wanted = new Set(items.flatMap((item) => (item.kind === "endpoint" ? item.endpoint : [])));
  const linked = await here.links.list();
  const unwanted = [...new Set([...here.ports.list(), ...linked.keys()])].filter((each) => !wanted.has(each));
  return [
    ...stale.map((gone) => staleLeftover(gone, here, truth)),
    ...unwanted.map((endpoint) => portLeftover(endpoint, "the center has no endpoint for it", here)),
  ];
}

/** By this host alone, while Fairway does not run here: ports whose link is gone, and links that are in no container. */
export async function lookAlone(here: Here): Promise<readonly Leftover[]> {
  const { links, ports } = here;
  const linked = new Set((await links.list()).keys());
  const leftovers = [...ports.list().difference(linked)].map((endpoint) =>
    portLeftover(endpoint, "its link is gone, with its container", here),
  );
  for (const endpoint of linked) {
    if ((await links.find(linkNames(endpoint).container)) === undefined) continue;
    leftovers.push(portLeftover(endpoint, "its link is in no container", here));
  }
  return leftovers;
}

function staleLeftover(gone: StaleObject, { plugger }: Here, { api, hostName }: Truth): Leftover {
  const { kind, key, engineId } = gone;
  return {
    kind,
    key,
    name: kind === "network" ? gone.name : gone.addresses.join(", "),
    why: `the engine has no ${kind} ${engineId.slice(0, 12)}`,
    remove: (signal) => purge(gone, { api, agent: plugger, host: hostName, signal }),
  };
}

/** An endpoint's port and link are one: they are made and removed together. */
function portLeftover(endpoint: string, why: string, { plugger }: Here): Leftover {
  return {
    kind: "port",
    key: `port/${endpoint}`,
    name: linkNames(endpoint).host,
    why,
    remove: () => plugger.unplug(endpoint),
  };
}
