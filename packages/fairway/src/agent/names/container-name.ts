import type { HostItem } from "../../center/schemas/host-state.ts";
import type { CenterNames } from "./center-names.ts";

/** A container of this host as a person knows it. */
interface ContainerName {
  /** Undefined where nobody has told it yet. */
  readonly container: string | undefined;
  /** The network's name; undefined where this host has no such network. */
  readonly network: string | undefined;
}

export interface ContainerNamerParts {
  readonly names: Pick<CenterNames, "reverseLookup">;
  readonly state: { readonly items: ReadonlyMap<string, HostItem> };
}

/** Says which container of this host an address of a network belongs to; within a second, and never rejects. */
export type ContainerNamer = (network: string, address: string) => Promise<ContainerName>;

/** A container is looked up as it would ask for itself: the center lets it see its own name. */
export function containerNamer({ names, state }: ContainerNamerParts): ContainerNamer {
  return async (network, address) => {
    const called = [...state.items.values()].flatMap((item) =>
      item.kind === "network" && item.network === network ? [item.engineName ?? item.name, item.name] : [],
    );
    const word = await names.reverseLookup({ network, address }, address);
    const full = typeof word === "string" ? undefined : word.names[0];
    const ending = called.map((each) => `.${each}`).find((each) => full?.endsWith(each)) ?? "";
    return { container: full?.slice(0, full.length - ending.length), network: called[0] };
  };
}
