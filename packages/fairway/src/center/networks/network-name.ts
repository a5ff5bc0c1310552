import type { Draft } from "../../intent/draft.ts";
import type { IntentRow, View } from "../../intent/view.ts";

type Network = IntentRow<"Network">;

/** How a network is called until the engine's event tells its name. */
export function unnamed(id: string, host: string): string {
  return `${id.slice(0, 12)}@${host}`;
}

/**
 * The name under which the cluster knows a network that an engine calls `name`: the same where it is for all engines and nobody
 * else has it, else `name@host`.
 */
export function claim(
  draft: Draft,
  network: Pick<Network, "_uuid" | "scope">,
  name: string,
  host: string,
  id: string,
): Pick<Network, "name" | "claimed"> {
  const isFree = (candidate: string) =>
    draft.find("Network", "byName", candidate).every(({ _uuid }) => _uuid === network._uuid);
  if (network.scope === "cluster" && isFree(name)) return { name, claimed: true };
  const onHost = `${name}@${host}`;
  // Docker 20.10 lets two networks of one name be made on one engine.
  return { name: isFree(onHost) ? onHost : `${onHost}-${id.slice(0, 12)}`, claimed: false };
}

/** Gives a name that was freed to the network that has waited for it: the first by its host's name. */
export function passOn(draft: Draft, name: string): void {
  const [next] = draft
    .find("Docker_Network", "byName", name)
    .filter(({ handle }) => handle === "made")
    .flatMap((handle) => {
      const network = draft.get("Network", handle.network);
      const waits = network !== undefined && !network.claimed && network.scope === "cluster";
      return waits ? { network: network._uuid, host: draft.get("Host", handle.host)?.name ?? "" } : [];
    })
    .sort((one, other) => one.host.localeCompare(other.host));
  if (next !== undefined) draft.update("Network", next.network, { name, claimed: true });
}

/** Who has the name that the network was to have; undefined where it is not in need of another. */
export function nameTaker(view: View, network: Network): Network | undefined {
  if (network.claimed || network.scope !== "cluster") return undefined;
  const [made] = view.find("Docker_Network", "madeOfNetwork", network._uuid);
  if (made === undefined || made.name === null) return undefined;
  return view.find("Network", "byName", made.name)[0];
}
