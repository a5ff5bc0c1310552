import { fact, has, type IntentRow } from "./view.ts";

type Network = IntentRow<"Network">;
type Handle = IntentRow<"Docker_Network">;

/** Whether every engine is to have the network: one in a zone is joined where somebody asks for it. */
export function isMirrored({ name, claimed, scope, removal, zone }: Network): boolean {
  return claimed && scope === "cluster" && removal === null && zone === null && isPlainName(name);
}

/** Whether a name looks everywhere as it is: other engines' users did not choose it, and read it in lists, line by line. */
export function isPlainName(name: string): boolean {
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S}]{1,255}$/u.test(name);
}

/** Whether an engine's handle goes with the network: what a person made on another engine goes by that person's word alone. */
export function goesWith({ removal }: Network, { handle }: Handle): boolean {
  return removal === "everywhere" || (removal === "mirrors" && handle === "mirrored");
}

/**
 * Whether a network that is being removed is used by nobody: no endpoint, and by every engine's own word no container,
 * stopped ones included. An engine that is down does not hold the others up; it looks for itself when it comes back.
 */
export const isUnused = fact((view, uuid: string): boolean => {
  const network = view.get("Network", uuid);
  if (network === undefined || has(view, "Endpoint", "byNetwork", uuid)) return false;
  return view
    .find("Docker_Network", "byNetwork", uuid)
    .filter((handle) => goesWith(network, handle))
    .every(({ host, use }) => use === "" || view.get("Host", host)?.state === "down");
});
