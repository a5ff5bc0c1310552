/** What tells the bridges and mappings of ours from everybody else's. */

/** In `external_ids` of our rows. */
export const ownerKey = "fairway";
const ownerPrefix = "provider-bridge/";

/** The mark of a physical network's rows, or of those of a network with tunnels. */
export function ownerOf(id: string): string {
  return `${ownerPrefix}${id}`;
}

/** As the center names physical networks for OVN (`compile/northbound/physical.ts`). */
export const mappingPrefix = "fairway-";

/** Of which physical network a bridge of ours is, by its owner's mark; undefined of somebody else's. */
export function providerNetworkOf(externalIds: Readonly<Record<string, string>>): string | undefined {
  const owner = externalIds[ownerKey] ?? "";
  return owner.startsWith(ownerPrefix) ? owner.slice(ownerPrefix.length) : undefined;
}
