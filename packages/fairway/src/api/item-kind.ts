import type { HostItem } from "../center/schemas/host-state.ts";

/**
 * Whether a change of a host's state is about items of these kinds: a key begins with its item's.
 * @param keys what changed; absent: anything may have.
 */
export function concerns(
  keys: readonly string[] | undefined,
  ...kinds: readonly HostItem["kind"][]
): boolean {
  return keys === undefined || keys.some((key) => kinds.some((kind) => key.startsWith(`${kind}/`)));
}
