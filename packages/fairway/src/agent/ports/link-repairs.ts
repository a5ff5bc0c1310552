import type { Link } from "../../host/netlink/link.ts";
import type { Links } from "./links.ts";

/** What the link of an endpoint that is plugged must be like. */
export interface LinkWish {
  readonly endpoint: string;
  /** The most, bytes. */
  readonly mtu: number;
  readonly isGuarded?: boolean | undefined;
}

/** What is to be done to a link. */
export interface LinkRepair {
  readonly because: string;
  /** @throws as `Links` does. */
  readonly repair: () => Promise<void>;
}

/**
 * Finds links that were right when they were made and are not any more: the network's MTU was lowered, or router advertisements come
 * through, since an older Fairway made the link or somebody removed its guard.
 * @param linked the host's ends, by endpoint. @returns what is to be done, by endpoint.
 */
export async function findLinkRepairs(
  links: Links,
  linked: ReadonlyMap<string, Link>,
  wishes: readonly LinkWish[],
): Promise<ReadonlyMap<string, LinkRepair>> {
  const guarded = wishes.some(({ isGuarded }) => isGuarded) ? await links.guarded() : undefined;
  const repairs = new Map<string, LinkRepair>();
  for (const { endpoint, mtu, isGuarded } of wishes) {
    const link = linked.get(endpoint);
    if (link === undefined) continue;
    const isTooLarge = link.mtu > mtu;
    const isOpen = isGuarded === true && guarded?.has(link.index) === false;
    if (!isTooLarge && !isOpen) continue;
    const reasons = [
      ...(isTooLarge ? [`the network's MTU was lowered to ${mtu}`] : []),
      ...(isOpen ? ["router advertisements of other containers came through"] : []),
    ];
    repairs.set(endpoint, {
      because: reasons.join("; "),
      repair: async () => {
        if (isTooLarge) await links.shrink(endpoint, mtu);
        if (isOpen) await links.guard(link.name);
      },
    });
  }
  return repairs;
}
