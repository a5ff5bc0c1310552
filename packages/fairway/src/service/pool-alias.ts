/**
 * Of a pool that stands for a subnet of an older network, under the id that an engine knows (`remade-network.ts`).
 * @param handle the engine's network; the pool goes with it.
 */
export function sameSpace(handle: string): string {
  return `@same/${handle}`;
}
