import { goesWith, isUnused } from "../../intent/mirroring.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import type { ItemKind } from "./item-kind.ts";
import { type NetworkDefinition, networkDefinition } from "./network-definition.ts";

/** A network that a host's engine has. */
interface NetworkItem {
  readonly key: string;
  readonly kind: "network";
  readonly network: string;
  readonly name: string;
  readonly engineId: string;
  /** What the engine calls it; null until its event has told. */
  readonly engineName: string | null;
  readonly handle: IntentRow<"Docker_Network">["handle"];
  /** `asked`: the engine is to say whether a container is on it; `now`: to remove it, unless one is. */
  readonly removal: "asked" | "now" | null;
  /** For a center that has forgotten the network. */
  readonly definition: NetworkDefinition;
}

/** Their keys name the engine's handle: the UUID of its Docker_Network. */
export const networkItems: ItemKind<NetworkItem> = {
  kind: "network",
  sources: [{ table: "Docker_Network", byHost: "byHost", id: ({ _uuid }) => _uuid }],
  compile: networkItem,
};

function networkItem(view: View, host: string, uuid: string): NetworkItem | undefined {
  const handle = view.get("Docker_Network", uuid);
  const network = handle === undefined ? undefined : view.get("Network", handle.network);
  if (handle === undefined || network === undefined || handle.host !== host) return undefined;
  return {
    key: `network/${uuid}`,
    kind: "network",
    network: network._uuid,
    name: network.name,
    engineId: handle.engine_id,
    engineName: handle.name,
    handle: handle.handle,
    removal: goesWith(network, handle) ? (isUnused(view, network._uuid) ? "now" : "asked") : null,
    definition: networkDefinition(view, network, handle),
  };
}
